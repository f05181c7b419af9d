package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestTablesSayWhenAndByWhatTheyWereMeasured(t *testing.T) {
	path := filepath.Join(t.TempDir(), "table.csv")
	if err := writeGolden(path, []string{"nginx 1"}, [][]string{{"a", "b"}, {"1", "2, 3"}}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, _ := strings.Cut(string(text), "\n")
	if !strings.HasPrefix(head, "# Measured on 2") || rest != "# nginx 1\na,b\n1,\"2, 3\"\n" {
		t.Errorf("%q", text)
	}
	if err := writeGolden(filepath.Join(t.TempDir(), "none", "table.csv"), nil, nil); err == nil {
		t.Error("a table was written into a directory that is not there")
	}
}

func TestRequestsAreToldByTheirEnds(t *testing.T) {
	under := []asked{{from: time.Second, to: 2 * time.Second}}
	for want, e := range map[string]ended{
		"H":    {from: 3 * time.Second, to: 3 * time.Second, status: 200, how: "HIT"},
		"D":    {from: 1500 * time.Millisecond, to: 2 * time.Second, status: 200, how: "HIT"},
		"N404": {from: 3 * time.Second, to: 3 * time.Second, status: 404, how: "HIT"},
		"S":    {status: 200, how: "UPDATING"},
		"R":    {status: 200, how: "MISS", confirmed: true},
		"E503": {status: 503, how: "MISS"},
		"M":    {status: 200, how: "EXPIRED"},
	} {
		if got := e.letter(under); got != want {
			t.Errorf("%+v: %s, want %s", e, got, want)
		}
	}
}

func TestLeastTimesAndErrorsOfMeans(t *testing.T) {
	if got, agree := least([]float64{105, 100, 103, 101}); got != 101 || agree {
		t.Error(got, agree)
	}
	if got, agree := least([]float64{105, 100, 101.5, 101}); got != 101 || !agree {
		t.Error(got, agree)
	}
	// 1, 3 and 5: the deviation is 2, its error 2 over the root of 3.
	if m, sem := mean([]float64{1, 3, 5}); m != 3 || sem < 1.1547 || sem > 1.1548 {
		t.Error(m, sem)
	}
}

func TestWrongArgumentsAreRefused(t *testing.T) {
	for _, args := range [][]string{{"-measure", "all of it"}, {"more"}} {
		if err := command(t.Context(), args); err == nil {
			t.Error(args)
		}
	}
}
