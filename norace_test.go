//go:build !race

package edgewise_test

const raceEnabled = false
