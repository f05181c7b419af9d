package cache

import ()

// A Directory finds the slots of the keys below its length by one array load each, at 4 bytes a key. It
// serves one cache at a time: many caches of one catalogue that are simulated one after the other can
// share it, which is faster than hashing and costs the memory of one; the memory of their slots passes from
// one to the next with it. [Config.Directory] gives it to a cache, [Release] gives it back.
type Directory struct {
	slots []uint32
	taken bool
	// These are of the last cache.
	entries []entry
	sizes   []int64
}

// NewDirectory returns an empty directory of the keys from 0 to keys-1.
func NewDirectory(keys int) (*Directory, error) {
	if keys < 1 || keys > maxObjects {
		return nil, wrong("keys", keys, "1 to %d", maxObjects)
	}
	return &Directory{slots: make([]uint32, keys)}, nil
}

// lend gives the directory to a table; one that is free has no slots in it.
func (d *Directory) lend(t *table) error {
	if d.taken {
		return wrong("Directory", "in use by another cache", "one that has been released")
	}
	d.taken = true
	t.directory, t.direct = d, d.slots
	clear(d.entries[:cap(d.entries)]) // what a policy does not write must not be another's
	t.entries = d.entries[:0]
	if t.keepSizes && len(d.sizes) >= cap(d.entries) {
		t.sizes = d.sizes
	} else {
		t.entries = nil // the columns of a table are equally long
	}
	return nil
}

// giveBack takes the keys out of the directory of a table and gives it back.
func (t *table) giveBack() {
	d := t.directory
	if d == nil {
		return
	}
	for i := range t.entries {
		// Slots that are free or the ends of lists have old keys or 0: clearing those does no harm.
		if key := t.entries[i].key; key < uint64(len(t.direct)) {
			t.direct[key] = 0
		}
	}
	d.taken, d.entries, d.sizes = false, t.entries, t.sizes
	t.directory, t.direct, t.entries, t.sizes = nil, nil, nil, nil
}
