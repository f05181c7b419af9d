package objects

import (
	"errors"
	"strings"

	"github.com/edgewise-sim/edgewise/store"
)

// BucketAt returns the place of a store as commands take it: an address as [Open] has it, or a directory.
func BucketAt(place string) (store.Bucket, error) {
	if place == "" {
		return nil, errors.New("the place of a store is empty; want a directory or " + Scheme + "BUCKET/PREFIX")
	}
	if strings.HasPrefix(place, Scheme) {
		return Open(place)
	}
	return store.Directory(place), nil
}
