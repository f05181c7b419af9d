package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise"
)

// noteSuffix is how the names of notes end.
const noteSuffix = ".note"

// mostNoteBytes bounds a note.
const mostNoteBytes = 1 << 20

// A Note says who runs a cell, or ran it: it stands beside the cell in a store that several processes fill, and nothing
// but [Status] reads it.
type Note struct {
	edgewise.Cell
	// Worker is who runs it: machine, process, shard.
	Worker string `json:"worker"`
	// Begun is when the run began, Ended when it ended, zero before.
	Begun time.Time `json:"begun"`
	Ended time.Time `json:"ended,omitzero"`
	// Error says why it failed, empty if it did not.
	Error string `json:"error,omitempty"`
}

// noteOf returns the name of a cell's note.
func noteOf(c edgewise.Cell) string { return strings.TrimSuffix(nameOf(c), cellSuffix) + noteSuffix }

func (n *Note) write(ctx context.Context, b Bucket) error {
	const most = 2000
	if len(n.Error) > most {
		n.Error = strings.ToValidUTF8(n.Error[:most], "") + "…"
	}
	data, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return b.Write(ctx, noteOf(n.Cell), append(data, '\n'))
}

func readNote(ctx context.Context, b Bucket, name string) (*Note, error) {
	data, err := b.Read(ctx, name, mostNoteBytes)
	if err != nil {
		return nil, err
	}
	n := new(Note)
	if err := json.Unmarshal(data, n); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return n, nil
}
