package pinned_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
)

// rowKind is the kind of the records of comparison.csv. Their keys go on with the columns of keyColumns.
const rowKind = "comparison.csv"

var (
	keyColumns = []string{"placement", "workload", "metro", "metric", "statistic", "unit"}
	// pinnedColumns are those that every row of the goldens has, empty where the field is not there.
	pinnedColumns = []string{
		"value", "low", "high", "n", "difference", "difference_low", "difference_high", "unsupported", varianceReduction, digestColumn,
	}
)

const (
	varianceReduction = "variance_reduction"
	// digestColumn stands for all columns but the variance reduction, in rows of metros that are kept short.
	digestColumn = "digest"
)

// addTable adds the rows of comparison.csv.
func (r records) addTable(c *edgewise.Comparison, withMetros bool) error {
	var b bytes.Buffer
	if err := report.WriteCSV(&b, c); err != nil {
		return err
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		return err
	}
	columns := make(map[string]int)
	for i, name := range rows[0] {
		columns[name] = i
	}
	for _, name := range slices.Concat(keyColumns, pinnedColumns) {
		if _, ok := columns[name]; !ok && name != digestColumn {
			return fmt.Errorf("comparison.csv has no column %q any more", name)
		}
	}
	for _, row := range rows[1:] {
		for _, place := range []string{"metro", "site"} {
			if at := columns[place]; row[at] == "all" {
				row[at] = ""
			}
		}
		if row[columns["site"]] != "" {
			continue // the runs pin what the sites did, by metro
		}
		key := []any{rowKind}
		for _, name := range keyColumns {
			key = append(key, row[columns[name]])
		}
		if row[columns["metro"]] != "" && row[columns["metric"]] == "sessions" && row[columns["statistic"]] == "lost share" {
			key[4], key[5] = "sessions lost", "share" // as the rows of metros were called
		}
		if _, twice := r[keyOf(key...)]; twice {
			return fmt.Errorf("comparison.csv has two rows %s", keyOf(key...))
		}
		record := r.at(key...)
		for _, name := range pinnedColumns {
			if i, ok := columns[name]; ok && row[i] != "" {
				record[name] = row[i]
			}
		}
		if metro := row[columns["metro"]]; metro != "" && !withMetros {
			delete(record, varianceReduction)
			digest := sha256.New()
			digest.Write(records{"": record}.text())
			clear(record)
			record[digestColumn] = short(digest)
		}
	}
	return nil
}

// pictureKind is the kind of the records of pictures. Their keys go on with the file.
const pictureKind = "picture"

// addPictures adds the hashes of all pictures of a report that are text; it is written into a directory.
func (r records) addPictures(c *edgewise.Comparison, dir string) error {
	if err := report.WriteAll(dir, c); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.svg"))
	if err != nil {
		return err
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		hash := sha256.Sum256(data)
		r.at(pictureKind, filepath.Base(file))["sha256"] = hex.EncodeToString(hash[:])
	}
	return nil
}
