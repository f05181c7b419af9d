package main

import (
	"errors"
	"strings"

	"github.com/edgewise-sim/edgewise/store"
	"github.com/edgewise-sim/edgewise/store/objects"
)

// bucketAt returns the place of a store: a directory, or an address in an object store.
func bucketAt(place string) (store.Bucket, error) {
	if place == "" {
		return nil, errors.New("the place of a store is empty; want a directory or " + objects.Scheme + "BUCKET/PREFIX")
	}
	if strings.HasPrefix(place, objects.Scheme) {
		return objects.Open(place)
	}
	return store.Directory(place), nil
}
