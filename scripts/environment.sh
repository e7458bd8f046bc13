# The environment of scripts/run and scripts/test, to be sourced: the virtual environment stands, holds the exact
# versions of scripts/requirements.lock and the project itself, and is made again only when one of them changed.
#
#   root   the project's folder
#   venv   $COPAY_VENV, or .venv in the project's folder, or a cache folder of this user where that is not writable
#   PYTHON may name the Python to use

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

say() { printf '%s\n' "$*" >&2; }

choose_venv() {
  if [[ -n ${COPAY_VENV:-} ]]; then
    mkdir -p "$COPAY_VENV" && (cd "$COPAY_VENV" && pwd -P)
  elif [[ -w $root && (! -e $root/.venv || -w $root/.venv) ]]; then
    echo "$root/.venv"
  else
    local home=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache} name
    name=copay-ledger-$(printf '%s' "$root" | cksum | cut -d ' ' -f 1)
    if mkdir -p "$home/$name" 2>/dev/null && [[ -w $home/$name ]]; then
      echo "$home/$name"
    else
      home=${TMPDIR:-/tmp}/$name-$(id -u)
      mkdir -p -m 700 "$home" && [[ -O $home && ! -L $home ]] && echo "$home"
    fi
  fi
}

choose_python() {
  local python
  for python in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do
    if "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$python"
      return
    fi
  done
  say "copay-ledger needs Python 3.11 or newer with its venv module (on Debian: apt-get install python3 python3-venv)."
  return 1
}

# The stamp holds everything the installed versions depend on; it is written last, so a broken set-up starts again.
versions_stamp() { printf '%s\n' "$root" "$venv" && cksum <"$root/scripts/requirements.lock"; }
project_stamp() { versions_stamp && cksum <"$root/pyproject.toml"; }
holds() { [[ -f $venv/$1.stamp && $(<"$venv/$1.stamp") == "$2" ]] && "$venv/bin/python" -c '' 2>/dev/null; }

install_versions() {
  local python
  python=$(choose_python) || return
  if [[ -n $(ls -A "$venv" 2>/dev/null) && ! -f $venv/pyvenv.cfg ]]; then
    say "$venv holds something else than a virtual environment; name an empty folder in COPAY_VENV."
    return 1
  fi
  say "Setting up $venv (once; about a minute) ..."
  "$python" -m venv --clear "$venv" || return
  "$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-compile --no-deps --require-hashes \
    -r "$root/scripts/requirements.lock" || return
  versions_stamp >"$venv/versions.stamp"
}

install_project() {
  "$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-deps --no-index --no-build-isolation \
    --editable "$root" || return
  project_stamp >"$venv/project.stamp"
}

set_up() {
  holds project "$(project_stamp)" && return
  (
    # Two runs at once: the second waits, then finds the work done.
    if command -v flock >/dev/null; then flock 9; fi
    holds versions "$(versions_stamp)" || install_versions || exit
    holds project "$(project_stamp)" || install_project
  ) 9<"$root/scripts/requirements.lock"
}

if ! { venv=$(choose_venv) && [[ -n $venv ]] && set_up; }; then
  say "The environment could not be set up: see the lines above. Nothing else was touched."
  exit 2
fi
