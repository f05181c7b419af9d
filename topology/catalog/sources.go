package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"sync"
)

// Sources says what a study of one or more providers' sites rests on: each file of the catalog with its source
// and date, and the SHA-256 of all files together, for a report to state.
func Sources(providers ...Provider) []string {
	all := []string{
		"metros.csv: users of 2020, Our World in Data; Natural Earth; GeoNames",
		"towns.csv: Internet Topology Zoo, 2011",
	}
	for _, p := range Providers() {
		if !slices.Contains(providers, p) {
			continue
		}
		for _, s := range shelvesOf(p) {
			all = append(all, fileOf(p, s.kind)+": "+s.source)
		}
	}
	return append(all, "all files of the catalog: sha256 "+digest())
}

// digest returns the SHA-256 over the names and contents of the embedded files.
var digest = sync.OnceValue(func() string {
	sum := sha256.New()
	names, err := fs.Glob(files, "data/*.csv") // in lexical order
	for _, name := range names {
		var data []byte
		if data, err = files.ReadFile(name); err != nil {
			break
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(data))
		sum.Write(data)
	}
	if err != nil { // embedded files can be read
		panic(fmt.Sprintf("catalog: embedded data: %v", err))
	}
	return hex.EncodeToString(sum.Sum(nil))
})
