package main

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A sweep is what is measured in one go: every condition with every size over every line.
type sweep struct {
	lines      []line
	conditions []condition
	sizes      []int64
	// grown is how much is asked for to let a window grow: long enough at the rates of the sweep.
	grown       int64
	each        bool     // each request has a row
	buffer      int64    // bytes that may wait before the link, 0 for those of [bufferOf]
	congestions []string // controls of the server, as the kernel names them; of HTTP/3 one, which is its server's own
	// packets is a file that gets a table of all packets of the last line, none for no table.
	packets string
}

// times says what the times of the sweep's table are.
func (s *sweep) times() string {
	const from = "Times in ms to the first and the last byte"
	if s.each {
		return fmt.Sprintf("%s of each request, and how long nothing came before it, after %d bytes over the same new connection.", from, s.grown)
	}
	least := fmt.Sprintf("the second least of %d, of rows whose three least agree within 2 ms or 2 %%", repeats)
	means := fmt.Sprintf("means of %d with the standard error of the last", repeatsUnderLoss)
	isLossy := func(l line) bool { return l.lossPercent > 0 }
	switch intact := slices.ContainsFunc(s.lines, func(l line) bool { return !isLossy(l) }); {
	case !slices.ContainsFunc(s.lines, isLossy):
		return from + ": " + least + "."
	case !intact:
		return from + ": " + means + "."
	}
	return from + ": " + least + "; where packets are lost, " + means + "."
}

// sweepFlags are what a command says of a sweep; what it does not say is as the tables have it.
type sweepFlags struct {
	lines, conditions, sizes, table *string
	congestions                     *string
	packets                         *string
	grown, buffer                   *int64
}

func (s *sweepFlags) define(f *flag.FlagSet) {
	s.lines = f.String("lines", "", "lines in place of those of the table, round trip in ms, Mbit/s and, where packets are lost, percent: 10:1000,100:50:2")
	s.conditions = f.String("cases", "", "cases in place of those of the table: cold,warm-small")
	s.sizes = f.String("sizes", "", "sizes of responses in bytes in place of those of the table: 1000,100000")
	s.grown = f.Int64("grown", 0, "bytes that are asked for to let a window grow; 0 for those of the table")
	s.buffer = f.Int64("buffer", 0, "bytes that may wait before the link; 0 for a round trip, 131072 at the least")
	s.packets = f.String("packets", "", "file that gets a table of all packets; one line only")
	s.congestions = f.String("congestion", "", "congestion controls of the kernel in place of those of the table: cubic,bbr")
	s.table = f.String("table", "", "file that gets the table; none for the one that tests read")
}

// isSaid reports whether anything is.
func (s *sweepFlags) isSaid() bool {
	return *s.lines != "" || *s.conditions != "" || *s.sizes != "" || *s.grown > 0 || *s.buffer > 0 || *s.packets != "" || *s.congestions != "" || *s.table != ""
}

// over returns a sweep with what is said in place of its own.
func (s *sweepFlags) over(of sweep) (sweep, error) {
	var err error
	if *s.lines != "" {
		of.lines, err = parsedList(*s.lines, parseLine)
	}
	if *s.sizes != "" && err == nil {
		of.sizes, err = parsedList(*s.sizes, func(text string) (int64, error) {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil || n < 1 || n > 1<<30 {
				return 0, fmt.Errorf("lab: sizes: %q; want 1 to 1073741824 bytes", text)
			}
			return n, nil
		})
	}
	if *s.conditions != "" && err == nil {
		all := of.conditions
		of.conditions, err = parsedList(*s.conditions, func(text string) (condition, error) {
			i := slices.IndexFunc(all, func(c condition) bool { return c.name == text })
			if i < 0 {
				return condition{}, fmt.Errorf("lab: cases: %q; this measurement knows %s", text, namesOf(all))
			}
			return all[i], nil
		})
	}
	if *s.congestions != "" {
		of.congestions = strings.Split(*s.congestions, ",")
	}
	if *s.grown > 0 {
		of.grown = *s.grown
	}
	if *s.buffer > 0 {
		of.buffer = *s.buffer
	}
	if of.packets = *s.packets; err == nil && of.packets != "" && len(of.lines) != 1 {
		err = fmt.Errorf("lab: packets: of %d lines; want one (-lines)", len(of.lines))
	}
	if err == nil && *s.table == "" && s.isSaid() {
		err = errors.New("lab: a sweep of your own needs -table, a file that gets it: tests read the other")
	}
	return of, err
}

func parsedList[T any](text string, parse func(string) (T, error)) (all []T, err error) {
	for _, one := range strings.Split(text, ",") {
		x, err := parse(one)
		if err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	return all, nil
}

func parseLine(text string) (l line, err error) {
	numbers := strings.Split(text, ":")
	wrong := make([]error, len(numbers))
	for i, to := range []*float64{&l.rttMs, &l.mbit, &l.lossPercent}[:min(len(numbers), 3)] {
		*to, wrong[i] = strconv.ParseFloat(numbers[i], 64)
	}
	if errors.Join(wrong...) != nil || len(numbers) < 2 || len(numbers) > 3 || !(l.rttMs > 0 && l.rttMs <= 10_000) || !(l.mbit > 0 && l.mbit <= 100_000) || !(l.lossPercent >= 0 && l.lossPercent < 100) {
		return line{}, fmt.Errorf("lab: lines: %q; want a round trip in ms, above 0 and at most 10000, Mbit/s, above 0 and at most 100000, and, where packets are lost, percent below 100, with colons between them", text)
	}
	return l, nil
}

func namesOf(all []condition) string {
	names := make([]string, len(all))
	for i := range all {
		names[i] = all[i].name
	}
	return strings.Join(names, ", ")
}
