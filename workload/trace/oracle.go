package trace

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"time"
)

// recordBytes is the length of an oracleGeneral record: uint32 time in seconds, uint64 id, uint32
// size, int64 next, all little-endian.
const recordBytes = 24

// An oracleSource reads oracleGeneral. Since each record says which request asks for its object next,
// it can tell a trace that was cut between two records.
type oracleSource struct {
	r        *bufio.Reader
	requests int64
	farthest int64 // the largest Next so far
	farFrom  int64 // the request that said so
	buf      [recordBytes]byte
}

func (o *oracleSource) read() (Request, error) {
	n, err := io.ReadFull(o.r, o.buf[:])
	at := o.requests * recordBytes
	switch {
	case err == io.EOF:
		if o.farthest > o.requests {
			return Request{}, fmt.Errorf("byte %d: request %d says that its object comes again in request %d, "+
				"but the trace ends after %d: it was cut", at, o.farFrom, o.farthest, o.requests)
		}
		return Request{}, io.EOF
	case err == io.ErrUnexpectedEOF:
		return Request{}, fmt.Errorf("byte %d: the trace ends %d bytes into a record of %d: it was cut",
			at, n, recordBytes)
	case err != nil:
		return Request{}, fmt.Errorf("byte %d: %w", at+int64(n), err)
	}
	o.requests++
	request := Request{
		Time:      time.Duration(binary.LittleEndian.Uint32(o.buf[0:])) * time.Second,
		Key:       binary.LittleEndian.Uint64(o.buf[4:]),
		SizeBytes: int64(binary.LittleEndian.Uint32(o.buf[12:])),
		Next:      int64(binary.LittleEndian.Uint64(o.buf[16:])),
	}
	if request.Next == math.MaxInt64 {
		request.Next = -1 // another way to say never
	}
	// Some writers count from 0, hence the request's own number passes.
	if request.Next >= 0 && request.Next < o.requests || request.Next < -2 {
		return Request{}, fmt.Errorf("byte %d: request %d has next %d; it must be -1 or a later request",
			at+16, o.requests, request.Next)
	}
	if request.Next > o.farthest {
		o.farthest, o.farFrom = request.Next, o.requests
	}
	return request, nil
}
