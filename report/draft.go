package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"os"

	"github.com/edgewise-sim/edgewise/internal/durable"
)

// mostDraftBytes is how much of a file is held in memory before the report is written. What is longer waits in a
// temporary file, which has no name where the system allows that.
const mostDraftBytes = 16 << 20

// A draft is a file of a report that is made, and not yet in its directory.
type draft struct {
	name   string
	sum    hash.Hash
	memory bytes.Buffer
	file   *os.File // nil while memory is enough
	size   int64
}

// make makes the file by a function that writes it.
func (d *draft) make(write func(io.Writer) error) error {
	d.sum = sha256.New()
	if err := write(d); err != nil {
		d.close()
		return err
	}
	if d.file == nil {
		return nil
	}
	err := d.spill()
	if err != nil {
		d.close()
	}
	return err
}

// Write implements [io.Writer].
func (d *draft) Write(p []byte) (int, error) {
	d.sum.Write(p)
	d.size += int64(len(p))
	d.memory.Write(p)
	if d.memory.Len() < mostDraftBytes {
		return len(p), nil
	}
	return len(p), d.spill()
}

// spill moves what is in memory to the end of the temporary file.
func (d *draft) spill() error {
	if d.file == nil {
		f, err := os.CreateTemp("", "edgewise-report-")
		if err != nil {
			return err
		}
		d.file = f
		_ = os.Remove(f.Name()) // no program that is killed leaves it; where that is not possible, close removes it
	}
	_, err := d.memory.WriteTo(d.file)
	return err
}

// close lets go of the file.
func (d *draft) close() {
	if d.file != nil {
		_ = d.file.Close()
		_ = os.Remove(d.file.Name())
	}
}

// as returns the file to be put into the directory.
func (d *draft) as() durable.File {
	if d.file == nil {
		return durable.File{Name: d.name, Data: d.memory.Bytes()}
	}
	return durable.File{Name: d.name, From: io.NewSectionReader(d.file, 0, d.size)}
}

// bytes returns all of the file.
func (d *draft) bytes() ([]byte, error) {
	if d.file == nil {
		return d.memory.Bytes(), nil
	}
	data := make([]byte, d.size)
	if n, err := d.file.ReadAt(data, 0); n < len(data) {
		return nil, errors.Join(io.ErrUnexpectedEOF, err)
	}
	return data, nil
}

// drafts are the files that outputs make.
type drafts []*draft

func (all drafts) close() {
	for _, d := range all {
		d.close()
	}
}

func (all drafts) files() (files []durable.File) {
	for _, d := range all {
		files = append(files, d.as())
	}
	return files
}

func (all drafts) hashes() (hashes []FileHash) {
	for _, d := range all {
		hashes = append(hashes, FileHash{d.name, hex.EncodeToString(d.sum.Sum(nil))})
	}
	return hashes
}

// hashesOf returns the hashes of files in memory.
func hashesOf(files []durable.File) (hashes []FileHash) {
	for _, f := range files {
		hashes = append(hashes, FileHash{f.Name, hashOf(f.Data)})
	}
	return hashes
}
