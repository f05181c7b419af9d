//go:build race

package cache_test

// raceDetector tells that everything takes ten times as long.
const raceDetector = true
