package pinned_test

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// records holds what a scenario gave: a record is found by its key, and its fields by their names. A field that is
// not there is 0 or empty. Nothing depends on the order in which either was found.
type records map[string]map[string]string

// keyOf joins the parts of a record's key. The first names what kind of record it is.
func keyOf(parts ...any) string {
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = fmt.Sprint(p)
	}
	return strings.Join(texts, " | ")
}

// kindOf returns the first part of a key.
func kindOf(key string) string {
	kind, _, _ := strings.Cut(key, " | ")
	return kind
}

// at returns the record of a key, a new one if there is none.
func (r records) at(parts ...any) map[string]string {
	key := keyOf(parts...)
	if r[key] == nil {
		r[key] = make(map[string]string)
	}
	return r[key]
}

// text writes a record a line in the order of their keys: the key, then name=value, with tabs between.
func (r records) text() []byte {
	var b bytes.Buffer
	for _, key := range slices.Sorted(maps.Keys(r)) {
		b.WriteString(key)
		for _, name := range slices.Sorted(maps.Keys(r[key])) {
			fmt.Fprintf(&b, "\t%s=%s", name, r[key][name])
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// write keeps the records in a file.
func (r records) write(file string) error {
	var b bytes.Buffer
	packed, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := packed.Write(r.text()); err != nil {
		return err
	}
	if err := packed.Close(); err != nil {
		return err
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}

// readRecords reads what write has kept.
func readRecords(file string) (records, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	r := make(records)
	lines := bufio.NewScanner(text)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		record := r.at(fields[0])
		for _, field := range fields[1:] {
			name, value, ok := strings.Cut(field, "=")
			if !ok {
				return nil, fmt.Errorf("%s: record %q: field %q has no value", file, fields[0], field)
			}
			record[name] = value
		}
	}
	return r, lines.Err()
}

// differences returns what differs from the golden records, a line each, runs before what was made of them. New rows and columns of the table are none,
// and neither is a variance reduction where the golden has none.
func (r records) differences(golden records) []string {
	var all []string
	keys := maps.Clone(golden)
	maps.Copy(keys, r)
	order := slices.SortedFunc(maps.Keys(keys), func(a, b string) int {
		return cmp.Or(cmp.Compare(rankOf(a), rankOf(b)), cmp.Compare(a, b))
	})
	for _, key := range order {
		was, isPinned := golden[key]
		is, isFound := r[key]
		switch isRow := kindOf(key) == rowKind; {
		case !isFound:
			all = append(all, titleOf(key)+": is missing")
		case !isPinned && !isRow:
			all = append(all, titleOf(key)+": is new")
		case isPinned:
			names := maps.Clone(was)
			maps.Copy(names, is)
			for _, name := range slices.Sorted(maps.Keys(names)) {
				isAllowed := isRow && (!slices.Contains(pinnedColumns, name) || name == varianceReduction && was[name] == "")
				if was[name] != is[name] && !isAllowed {
					all = append(all, fmt.Sprintf("%s: %q is %s; golden has %s", titleOf(key), name, orNothing(is[name]), orNothing(was[name])))
				}
			}
		}
	}
	return all
}

// rankOf is 0 for the records of runs, and 1 for others.
func rankOf(key string) int {
	if kindOf(key) == runKind {
		return 0
	}
	return 1
}

// partNames says what the parts of keys are, by kind of record.
var partNames = map[string][]string{
	runKind:     {"placement", "replication", "workload", "metro"},
	rowKind:     keyColumns,
	pictureKind: {"file"},
}

// titleOf writes a key for people: what is not empty, each part under its name.
func titleOf(key string) string {
	parts := strings.Split(key, " | ")
	title := parts[0]
	for i, name := range partNames[parts[0]] {
		if i+1 < len(parts) && parts[i+1] != "" {
			title += fmt.Sprintf(", %s %q", name, parts[i+1])
		}
	}
	return title
}

func orNothing(value string) string { return cmp.Or(value, "nothing") }
