// Checks an exported log with the Go project's own golang.org/x/mod/sumdb packages:
//
//	main FOLDER VERIFIER-KEY INDEX,INDEX... SIZE,SIZE...
//
// The checkpoint's signature, every entry against the tiles, the tiles against the checkpoint; then a proof of each
// index (from 0) and from each smaller size, made from the tiles, checked, and printed a line each.
package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const width = 256

// folder reads tiles where C2SP tlog-tiles puts them; Go's own layout has another path.
type folder string

func (f folder) Height() int { return 8 }

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := f.read(strconv.Itoa(tile.L), tile.N, tile.W)
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (f folder) read(level string, n int64, w int) ([]byte, error) {
	path := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		path = fmt.Sprintf("x%03d/%s", n%1000, path)
	}
	if w < width {
		path += fmt.Sprintf(".p/%d", w)
	}
	return os.ReadFile(filepath.Join(string(f), "tile", level, path))
}

// entries are those of one bundle: each after its length in two bytes.
func (f folder) entries(n int64, w int) ([][]byte, error) {
	data, err := f.read("entries", n, w)
	var entries [][]byte
	for err == nil && len(data) >= 2 {
		end := 2 + int(data[0])<<8 + int(data[1])
		if end > len(data) {
			return nil, errors.New("a bundle is cut")
		}
		entries, data = append(entries, data[2:end]), data[end:]
	}
	if err == nil && (len(data) > 0 || len(entries) != w) {
		return nil, errors.New("a bundle has another number of entries")
	}
	return entries, err
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

// head opens the checkpoint. Go's ParseTree knows one origin only, so ours is compared here and replaced.
func head(f folder, vkey string) tlog.Tree {
	verifier := must(note.NewVerifier(vkey))
	signed := must(note.Open(must(os.ReadFile(filepath.Join(string(f), "checkpoint"))), note.VerifierList(verifier)))
	origin, rest, _ := strings.Cut(signed.Text, "\n")
	if origin != verifier.Name() {
		log.Fatalf("origin %q is not the key's name", origin)
	}
	return must(tlog.ParseTree([]byte("go.sum database tree\n" + rest)))
}

// rebuild hashes every entry into a tree of its own, and compares each leaf with the tiles.
func rebuild(f folder, tree tlog.Tree, tiles tlog.HashReader) tlog.HashReader {
	var stored []tlog.Hash
	own := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, stored[index])
		}
		return found, nil
	})
	for start := int64(0); start < tree.N; start += width {
		w := width
		if tree.N-start < width {
			w = int(tree.N - start)
		}
		var leaves []int64
		for i, entry := range must(f.entries(start/width, w)) {
			leaves = append(leaves, tlog.StoredHashIndex(0, start+int64(i)))
			stored = append(stored, must(tlog.StoredHashes(start+int64(i), entry, own))...)
		}
		for i, hash := range must(tiles.ReadHashes(leaves)) {
			if hash != stored[leaves[i]] {
				log.Fatalf("entry %d is not the one in the tile", start+int64(i))
			}
		}
	}
	return own
}

func numbers(list string) []int64 {
	var found []int64
	for _, text := range strings.Split(list, ",") {
		found = append(found, must(strconv.ParseInt(text, 10, 64)))
	}
	return found
}

func show(what string, n int64, proof []tlog.Hash) {
	fmt.Print(what, " ", n)
	for _, hash := range proof {
		fmt.Print(" ", hex.EncodeToString(hash[:]))
	}
	fmt.Println()
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 5 {
		log.Fatal("usage: main FOLDER VERIFIER-KEY INDEX,INDEX... SIZE,SIZE...")
	}
	f := folder(os.Args[1])
	tree := head(f, os.Args[2])
	tiles := tlog.TileHashReader(tree, f)
	own := rebuild(f, tree, tiles)
	if must(tlog.TreeHash(tree.N, own)) != tree.Hash {
		log.Fatal("the entries do not give the root of the checkpoint")
	}
	for _, index := range numbers(os.Args[3]) {
		proof := must(tlog.ProveRecord(tree.N, index, tiles))
		leaf := must(own.ReadHashes([]int64{tlog.StoredHashIndex(0, index)}))[0]
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf); err != nil {
			log.Fatal(err)
		}
		show("record", index, proof)
	}
	for _, size := range numbers(os.Args[4]) {
		proof := must(tlog.ProveTree(tree.N, size, tiles))
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, size, must(tlog.TreeHash(size, own))); err != nil {
			log.Fatal(err)
		}
		show("tree", size, proof)
	}
	fmt.Printf("accepted %d entries with root %s\n", tree.N, hex.EncodeToString(tree.Hash[:]))
}
