//go:build !race

package pinned_test

const raceEnabled = false
