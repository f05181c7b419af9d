package trace

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
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
		decoder, err := zstd.NewReader(buffered, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, nil, fmt.Errorf("zstd header: %w", err)
		}
		return whole{decoder, "zstd"}, closeFunc(func() error { decoder.Close(); return nil }), nil
	case bytes.HasPrefix(start, []byte{0xfd, '7', 'z', 'X', 'Z', 0}):
		header, _ := buffered.Peek(64)
		if window := xzWindow(header); window > maxWindow {
			return nil, nil, fmt.Errorf("xz header: a window of %d bytes; want %d at most", window, maxWindow)
		}
		decoder, err := xz.NewReader(buffered)
		if err != nil {
			return nil, nil, fmt.Errorf("xz header: %w", unexpected(err))
		}
		return whole{decoder, "xz"}, nothing, nil
	}
	return buffered, nothing, nil
}

// maxWindow is the most memory that a decoder may be asked to keep, that of zstd --long=27 and twice that of xz -9.
const maxWindow = 1 << 27

// xzWindow returns the memory that the first block of an xz file asks for, 0 if that cannot be seen (The .xz File Format
// 1.2.1, 3.1 and 5.3.1).
func xzWindow(file []byte) int64 {
	const stream = 12 // bytes of the header before the block
	if len(file) < stream+2 {
		return 0
	}
	flags, rest := file[stream+1], file[stream+2:]
	for _, isThere := range []bool{flags&0x40 != 0, flags&0x80 != 0} { // the sizes of the block
		if isThere {
			_, n := binary.Uvarint(rest)
			rest = rest[max(0, n):]
		}
	}
	for range flags&3 + 1 {
		if len(rest) < 2 || int(rest[1]) > len(rest)-2 {
			return 0
		}
		id, length := rest[0], rest[1]
		if bits := rest[2:]; id == 0x21 && length == 1 && bits[0] <= 40 { // LZMA2
			return (2 | int64(bits[0]&1)) << (bits[0]/2 + 11)
		}
		rest = rest[2+length:]
	}
	return 0
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
