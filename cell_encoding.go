package edgewise

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/edgewise-sim/edgewise/sim"
)

// An encoded result of a cell is the magic number, whose last byte is the version of the format; the length of the
// header (32 bits, little-endian); the header as JSON; the result as [sim.Result.MarshalBinary] writes it; and the
// SHA-256 of all that.
const (
	cellMagic      = "edgewise cell\x00\x00\x01"
	maxHeaderBytes = 1 << 20
)

// MarshalBinary encodes the result with its header, for a file or another machine. Equal results have equal encodings.
func (r *CellResult) MarshalBinary() ([]byte, error) {
	header, err := json.Marshal(r.CellHeader)
	if err != nil {
		return nil, fmt.Errorf("edgewise: encode the result of %v: %w", r.Cell, err)
	}
	if len(header) > maxHeaderBytes {
		return nil, fmt.Errorf("edgewise: encode the result of %v: a header of %d bytes; want %d at most", r.Cell, len(header), maxHeaderBytes)
	}
	result, err := r.Result.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("edgewise: encode the result of %v: %w", r.Cell, err)
	}
	data := append([]byte(cellMagic), binary.LittleEndian.AppendUint32(nil, uint32(len(header)))...)
	data = append(append(data, header...), result...)
	sum := sha256.Sum256(data)
	return append(data, sum[:]...), nil
}

// UnmarshalBinary decodes what [CellResult.MarshalBinary] wrote. Data that is damaged, cut short, of another version or
// that no result can have written gives an error and leaves r as it was. Its memory is bounded by the length of the data,
// see [sim.Result.UnmarshalBinary].
func (r *CellResult) UnmarshalBinary(data []byte) error {
	decoded, err := decodeCell(data)
	if err != nil {
		return fmt.Errorf("edgewise: decode the result of a cell: %w", err)
	}
	*r = *decoded
	return nil
}

func decodeCell(data []byte) (*CellResult, error) {
	const frame = len(cellMagic) + 4
	version := len(cellMagic) - 1
	switch {
	case len(data) < frame+sha256.Size:
		return nil, fmt.Errorf("%d bytes; want %d or more", len(data), frame+sha256.Size)
	case string(data[:version]) != cellMagic[:version]:
		return nil, errors.New("not the result of a cell: it begins otherwise")
	case data[version] != cellMagic[version]:
		return nil, fmt.Errorf("version %d; this program reads version %d", data[version], cellMagic[version])
	}
	body, sum := data[:len(data)-sha256.Size], data[len(data)-sha256.Size:]
	if computed := sha256.Sum256(body); !bytes.Equal(computed[:], sum) {
		return nil, errors.New("its hash is another: damaged or cut short")
	}
	n := binary.LittleEndian.Uint32(body[len(cellMagic):])
	if n > maxHeaderBytes || int(n) > len(body)-frame {
		return nil, fmt.Errorf("a header of %d bytes; want %d at most, and no more than there are", n, maxHeaderBytes)
	}
	r := &CellResult{Result: new(sim.Result)}
	header := json.NewDecoder(bytes.NewReader(body[frame : frame+int(n)]))
	header.DisallowUnknownFields()
	if err := header.Decode(&r.CellHeader); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	if end := header.InputOffset(); end < int64(n) {
		return nil, fmt.Errorf("a header of %d bytes with %d more behind it", end, int64(n)-end)
	}
	if err := r.Result.UnmarshalBinary(body[frame+int(n):]); err != nil {
		return nil, err
	}
	return r, nil
}
