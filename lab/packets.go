package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"os"
	"sync"
)

// A recording keeps what is known of each packet of TCP or UDP that comes to a link, and writes a table of it at the end: what connections did, without another
// program on the machine while they do.
type recording struct {
	path  string
	mu    sync.Mutex
	begun int64
	lines []seenPacket
}

// A seenPacket is a packet as it came to the link, in the direction of an end.
type seenPacket struct {
	at              int64
	direction, flag uint8
	scale           int8 // of the window, of a packet with SYN, -1 where it says none
	from, to        uint16
	sequence, acked uint32
	window          uint16
	payload         int32
	isDropped       bool
}

// add keeps a packet that came from an end of the link.
func (r *recording) add(at int64, direction int, data []byte, isDropped bool) {
	if r == nil || len(data) < 28 || data[0]>>4 != 4 {
		return
	}
	head := int(data[0]&15) * 4
	p := seenPacket{at: at, direction: uint8(direction), isDropped: isDropped, scale: -1}
	of := data[head:]
	switch {
	case data[9] == 6 && len(of) >= 20:
		p.sequence, p.acked, p.window, p.flag = binary.BigEndian.Uint32(of[4:]), binary.BigEndian.Uint32(of[8:]), binary.BigEndian.Uint16(of[14:]), of[13]
		size := int(of[12]>>4) * 4
		p.payload = int32(len(of) - size)
		for options := of[20:min(size, len(of))]; len(options) > 0 && options[0] != 0; {
			switch {
			case options[0] == 1:
				options = options[1:]
				continue
			case len(options) < 2 || options[1] < 2 || int(options[1]) > len(options):
				options = nil
				continue
			case options[0] == 3 && options[1] == 3:
				p.scale = int8(options[2])
			}
			options = options[options[1]:]
		}
	case data[9] == 17:
		p.payload = int32(len(of) - 8)
	default:
		return
	}
	p.from, p.to = binary.BigEndian.Uint16(of), binary.BigEndian.Uint16(of[2:])
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lines == nil {
		r.lines, r.begun = make([]seenPacket, 0, 1<<20), at
	}
	r.lines = append(r.lines, p)
}

// write writes the table: instants in µs since the first packet, when each came to the link.
func (r *recording) write() error {
	if r == nil {
		return nil
	}
	f, err := os.Create(r.path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "us,from_end,from_port,to_port,flags,sequence,acknowledged,window,scale,payload,dropped")
	for _, p := range r.lines {
		fmt.Fprintf(w, "%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%t\n", (p.at-r.begun)/1000, p.direction, p.from, p.to, p.flag, p.sequence, p.acked, p.window, p.scale, p.payload, p.isDropped)
	}
	if err := w.Flush(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
