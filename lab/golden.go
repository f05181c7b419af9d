package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// writeGolden writes a table with a head of comments that says by what, when and where it was measured: whole, or not at all.
func writeGolden(path string, about []string, rows [][]string) error {
	var b bytes.Buffer
	kernel, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	head := append([]string{
		fmt.Sprintf("Measured on %s by the module lab: %s/%s, kernel %s, %d processors.", time.Now().UTC().Format(time.DateOnly), runtime.GOOS, runtime.GOARCH,
			strings.TrimSpace(string(kernel)), runtime.NumCPU()),
	}, about...)
	for _, line := range head {
		fmt.Fprintf(&b, "# %s\n", line)
	}
	w := csv.NewWriter(&b)
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	temporary := filepath.Join(filepath.Dir(path), "."+filepath.Base(path))
	if err := os.WriteFile(temporary, b.Bytes(), 0o644); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}
