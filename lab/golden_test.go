package main

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
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

func TestTablesSayWhatTheirTimesAre(t *testing.T) {
	for want, s := range map[string]sweep{
		"Times in ms to the first and the last byte: the second least of 6, of rows whose three least agree within 2 ms or 2 %.":                                                                          transportSweep,
		"Times in ms to the first and the last byte: means of 25 with the standard error of the last.":                                                                                                    http3LossSweep,
		"Times in ms to the first and the last byte of each request, and how long nothing came before it, after 500000 bytes over the same new connection.":                                               idleSweep,
		"Times in ms to the first and the last byte: the second least of 6, of rows whose three least agree within 2 ms or 2 %; where packets are lost, means of 25 with the standard error of the last.": {lines: []line{{1, 1, 0}, {1, 1, 1}}},
	} {
		if got := s.times(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestWrongArgumentsAreRefused(t *testing.T) {
	for _, args := range [][]string{{"-measure", "all of it"}, {"more"}} {
		if err := command(t.Context(), args); err == nil {
			t.Error(args)
		}
	}
	for want, args := range map[string][]string{
		`measure is "all"; a sweep`:       {"-sizes", "1000"},
		`measure is "pools"; a sweep`:     {"-measure", "pools", "-lines", "10:10"},
		`lines: "10"; want`:               {"-measure", "transport", "-lines", "10", "-table", "t"},
		`lines: "0:10"; want`:             {"-measure", "transport", "-lines", "0:10", "-table", "t"},
		`sizes: "0"; want 1`:              {"-measure", "transport", "-sizes", "1000,0", "-table", "t"},
		`cases: "warm"; this measurement`: {"-measure", "http3", "-cases", "warm", "-table", "t"},
		`lines: "10:10:100"; want`:        {"-measure", "loss", "-lines", "10:10:100", "-table", "t"},
		`lines: "10:10:1:1"; want`:        {"-measure", "loss", "-lines", "10:10:1:1", "-table", "t"},
		`needs -table`:                    {"-measure", "windows", "-lines", "10:10"},
		`packets: of 2 lines`:             {"-measure", "windows", "-packets", "p", "-table", "t"},
	} {
		if err := command(t.Context(), args); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %s", args, err, want)
		}
	}
}

func TestASweepOfOnesOwnTakesThePlaceOfTheTables(t *testing.T) {
	var own sweepFlags
	f := flag.NewFlagSet("lab", flag.ContinueOnError)
	own.define(f)
	if err := f.Parse([]string{"-lines", "10:1000,100:50.5:2", "-congestion", "reno,bbr", "-cases", "warm-small", "-sizes", "1,20", "-grown", "7", "-table", "t"}); err != nil {
		t.Fatal(err)
	}
	got, err := own.over(transportSweep)
	if err != nil || !slices.Equal(got.lines, []line{{10, 1000, 0}, {100, 50.5, 2}}) || len(got.conditions) != 1 || got.conditions[0].name != "warm-small" ||
		!slices.Equal(got.sizes, []int64{1, 20}) || got.grown != 7 || !slices.Equal(got.congestions, []string{"reno", "bbr"}) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestPacketsAreReadByTheirHeads(t *testing.T) {
	r := &recording{path: filepath.Join(t.TempDir(), "packets.csv")}
	syn := []byte{
		0x45, 0, 0, 0, 0, 0, 0, 0, 64, 6, 0, 0, 10, 9, 0, 1, 10, 9, 0, 2, // IPv4
		0x80, 0, 0, 80, 0, 0, 1, 0, 0, 0, 0, 7, 0x80, 2, 0xfa, 0xf0, 0, 0, 0, 0, // TCP
		2, 4, 5, 0xb4, 1, 3, 3, 10, 0, 0, 0, 0, // options
		'a', 'b', 'c',
	}
	r.add(5_000_000, 0, syn, false)
	r.add(7_000_000, 1, append(slices.Clone(syn[:9]), append([]byte{17}, syn[10:28]...)...), true)
	r.add(8_000_000, 1, syn[:20], false) // no head
	if err := r.write(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(r.path)
	if _, rows, _ := strings.Cut(string(text), "\n"); err != nil || rows != "0,0,32768,80,2,256,7,64240,10,3,false\n2000,1,32768,80,0,0,0,0,-1,0,true\n" {
		t.Errorf("%q, %v", text, err)
	}
}
