package report

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/edgewise-sim/edgewise/internal/durable"
)

// readFile reads a file of a report of bounded length.
func readFile(root *os.Root, name string, most int64) ([]byte, error) {
	data, err := durable.ReadRegularIn(root, name, most)
	return data, inReport(root, name, err)
}

// inReport says of a link that leads out of the directory what it is.
func inReport(root *os.Root, name string, err error) error {
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if info, not := root.Lstat(filepath.FromSlash(name)); not == nil && info.Mode()&fs.ModeSymlink != 0 {
		return fmt.Errorf("%s is a link that leads out of the directory, and is not followed; want a file", name)
	}
	return err
}

// hashOfFile returns the hash of a file of a report.
func hashOfFile(root *os.Root, name string) (string, error) {
	f, err := durable.OpenRegularIn(root, name)
	if err != nil {
		return "", inReport(root, name, err)
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
