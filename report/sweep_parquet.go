package report

import (
	"fmt"
	"io"

	"github.com/edgewise-sim/edgewise/sweep"
)

// WriteSweepParquet writes the table of [WriteSweepCSV] as Parquet, compressed by zstd: numbers as doubles, whole ones as
// 64-bit integers, and what is absent as null. Columns are in the order of their names, as the library has them.
func WriteSweepParquet(w io.Writer, r *sweep.Result) error {
	if err := sweepTable(r).writeParquet(w); err != nil {
		return fmt.Errorf("write sweep as Parquet: %w", err)
	}
	return nil
}
