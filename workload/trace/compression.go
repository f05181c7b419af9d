package trace

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// closers closes several things in order and joins their errors.
type closers []io.Closer

func (c closers) Close() error {
	var errs []error
	for _, closer := range c {
		errs = append(errs, closer.Close())
	}
	return errors.Join(errs...)
}

type closeFunc func() error

func (f closeFunc) Close() error { return f() }

// decompress returns the plain bytes of r, recognising gzip, zstd and xz by their first bytes, and
// what closes the decoder. A second gzip, zstd or xz stream right after the first is read on.
func decompress(r io.Reader) (io.Reader, io.Closer, error) {
	buffered := bufio.NewReaderSize(r, 1<<16)
	start, err := buffered.Peek(6)
	if err != nil && err != io.EOF {
		return nil, nil, fmt.Errorf("byte 0: %w", err)
	}
	nothing := closeFunc(func() error { return nil })
	switch {
	case bytes.HasPrefix(start, []byte{0x1f, 0x8b}):
		decoder, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, nil, fmt.Errorf("gzip header: %w", unexpected(err))
		}
		return whole{decoder, "gzip"}, decoder, nil
	case bytes.HasPrefix(start, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		decoder, err := zstd.NewReader(buffered, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, nil, fmt.Errorf("zstd header: %w", err)
		}
		return whole{decoder, "zstd"}, closeFunc(func() error { decoder.Close(); return nil }), nil
	case bytes.HasPrefix(start, []byte{0xfd, '7', 'z', 'X', 'Z', 0}):
		decoder, err := xz.NewReader(buffered)
		if err != nil {
			return nil, nil, fmt.Errorf("xz header: %w", unexpected(err))
		}
		return whole{decoder, "xz"}, nothing, nil
	}
	return buffered, nothing, nil
}

// A whole reads compressed data and says so when they end too early, which decoders say in few words.
type whole struct {
	r    io.Reader
	kind string
}

// Read implements [io.Reader].
func (w whole) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("the %s data end in the middle: the file was cut", w.kind)
	}
	return n, err
}

// compress returns a writer that compresses into w as the ending of a file's name says (.gz, .zst,
// .zstd, .xz; none for any other) and must be closed before w is.
func compress(w io.Writer, name string) (io.WriteCloser, error) {
	switch name = strings.ToLower(name); {
	case strings.HasSuffix(name, ".gz"):
		return gzip.NewWriter(w), nil
	case strings.HasSuffix(name, ".zst"), strings.HasSuffix(name, ".zstd"):
		return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	case strings.HasSuffix(name, ".xz"):
		return xz.NewWriter(w)
	}
	return plainWriter{w}, nil
}

type plainWriter struct{ io.Writer }

func (plainWriter) Close() error { return nil }
