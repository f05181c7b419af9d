package trace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/dustin/go-humanize"

	"github.com/edgewise-sim/edgewise/internal/durable"
)

// A Conversion is what [Convert] has written.
type Conversion struct {
	// Format is how the trace was written.
	Format Format
	// Requests are those written, of which Writes and Deletes are no requests.
	Requests, Writes, Deletes int64
	// Objects are the different ones, and Assumed those whose size no line says.
	Objects, Assumed int64
	// HasSizes and HasTimes say what the trace has; else sizes are 1 and times 0.
	HasSizes, HasTimes bool
}

// ConvertOptions says how to convert a trace.
type ConvertOptions struct {
	// Options say how to read it. Their FurtherColumns are kept in CSV.
	Options
	// MemoryBytes is how much memory may be taken; 0 for no bound.
	MemoryBytes int64
}

// Convert reads a trace and writes it to the file to, in the given format and compressed as its name says. Operations are
// kept in CSV, as no other format has them. The trace is read
// twice: sizes by the rule Largest, and the next requests of oracle, are known at the end. 30 to 60 bytes an object are
// held in memory, twice that and 8 a request for oracle. The file appears only when it is whole.
func Convert(ctx context.Context, to string, format Format, from Source, options ConvertOptions) (c Conversion, err error) {
	p := &loader{source: from, options: LoadOptions{Options: options.Options}}
	g := (*gatherer)(nil)
	next := nextRequests{}
	err = p.scan(ctx, func(r *Reader, request Request) error {
		if g == nil {
			g = newGatherer(r.Rules())
			g.drop()
		}
		c.count(r, request)
		if _, err := g.add(r, request); err != nil {
			return err
		}
		if format == Oracle {
			if err := next.add(r, request); err != nil {
				return err
			}
		}
		if took := g.tableBytes() + next.memory(); options.MemoryBytes > 0 && c.Requests&(1<<14-1) == 0 && took > options.MemoryBytes {
			return r.located(fmt.Errorf("the first %s requests take %s of memory to convert; %s are allowed: allow more, or take a part of the trace",
				humanize.Comma(c.Requests), humanize.Bytes(uint64(took)), humanize.Bytes(uint64(options.MemoryBytes))))
		}
		return nil
	})
	if err != nil {
		return c, err
	}
	if g == nil {
		return c, fmt.Errorf("trace: %s: no requests to convert", from.Name)
	}
	if format != CSV && c.Writes+c.Deletes > 0 {
		return c, fmt.Errorf("trace: %s: %d writes and %d deletes, which %v cannot hold; want csv, or leave them out (writes: ignore)", from.Name, c.Writes, c.Deletes, format)
	}
	d := g.done()
	c.Objects, c.Assumed = int64(len(d.Keys)), d.Assumed
	file, err := durable.CreateTemporary(filepath.Dir(to))
	if err != nil {
		return c, fmt.Errorf("trace: %w", err)
	}
	defer func() {
		if err != nil {
			file.Close()
			os.Remove(file.Name())
		}
	}()
	out, err := NewWriter(file, to, format, Columns{Op: c.Writes+c.Deletes > 0 || g.hasOps && format == CSV, Further: options.FurtherColumns})
	if err != nil {
		return c, err
	}
	p.options.Warn = nil
	sizes := make([]int64, len(g.sizes.last))
	further := make([]string, len(options.FurtherColumns))
	written := int64(0)
	err = p.scan(ctx, func(r *Reader, request Request) error {
		id, ok := g.numbers.find(request.Key)
		if !ok && (request.SizeBytes > 0 || request.Op != Get || request.Extent != Whole) || written == c.Requests {
			return fmt.Errorf("trace: %s: it has changed while it was read", from.Name)
		}
		switch {
		case !ok || request.Op == Delete:
		case g.sizeRule == Largest:
			request.SizeBytes = d.ObjectSizes[id]
		default:
			s, _ := resolve(request, id, g.sizeRule, sizes)
			request.SizeBytes = s.size
		}
		request.Next = next.at(written)
		for i := range further {
			further[i] = r.Further(i)
		}
		written++
		return out.Write(request, further...)
	})
	if err != nil {
		return c, err
	}
	if err := out.Close(); err != nil {
		return c, fmt.Errorf("trace: %s: %w", to, err)
	}
	if err := errors.Join(file.Chmod(0o644), file.Close()); err != nil {
		return c, fmt.Errorf("trace: %w", err)
	}
	if err := os.Rename(file.Name(), to); err != nil {
		return c, fmt.Errorf("trace: %w", err)
	}
	return c, nil
}

// count counts a request.
func (c *Conversion) count(r *Reader, request Request) {
	c.Format, c.HasSizes, c.HasTimes = r.Format(), r.HasSizes(), r.HasTimes()
	c.Requests++
	switch request.Op {
	case Put:
		c.Writes++
	case Delete:
		c.Deletes++
	}
}

// scan goes over all requests of a trace, with their times and further columns.
func (l *loader) scan(ctx context.Context, take func(*Reader, Request) error) error {
	file, err := l.source.Open()
	if err != nil {
		return err
	}
	defer file.Close()
	r, err := NewReader(interruptible{ctx, file}, l.source.Name, l.options.Options)
	if err != nil {
		return err
	}
	defer r.Close()
	for {
		request, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = take(r, request)
		}
		if err != nil {
			return err
		}
	}
}

// nextRequests finds the number of the next request for each object.
type nextRequests struct {
	numbers interner
	latest  []int64 // by object: its last request so far, from 0
	next    []int64
}

// memory returns the bytes that it takes, with the copy that is made when a list grows.
func (n *nextRequests) memory() int64 {
	return n.numbers.memory() + 8*int64(cap(n.latest)) + 18*int64(cap(n.next))
}

func (n *nextRequests) add(r *Reader, request Request) error {
	id, err := n.numbers.number(request.Key)
	if err != nil {
		return r.located(err)
	}
	i := int64(len(n.next))
	if int(id) == len(n.latest) {
		n.latest = append(n.latest, i)
	} else {
		n.next[n.latest[id]] = i + 1
		n.latest[id] = i
	}
	n.next = append(n.next, -1)
	return nil
}

// at returns the number, from 1, of the next request for the object of request i, or -1.
func (n *nextRequests) at(i int64) int64 {
	if i >= int64(len(n.next)) {
		return -1
	}
	return n.next[i]
}
