package report

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
)

// landText are the coastlines behind maps; the file says where they are from.
//
//go:embed land110m.txt
var landText string

// A degrees is a place in degrees.
type degrees struct{ lon, lat float64 }

// land returns the rings of all land.
var land = sync.OnceValue(func() (rings [][]degrees) {
	for line := range strings.Lines(landText) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		var ring []degrees
		for _, pair := range strings.Fields(line) {
			lon, lat, _ := strings.Cut(pair, ",")
			x, _ := strconv.ParseFloat(lon, 64) // a test reads all
			y, _ := strconv.ParseFloat(lat, 64)
			ring = append(ring, degrees{x, y})
		}
		rings = append(rings, ring)
	}
	return rings
})
