// Package hugepages asks the system for huge pages for the memory that the heap will grow by. Programs that read here and there in much memory then wait less for
// the tables that say where its pages are. A system that is set up as Ubuntu is ("madvise") gives huge pages to those who ask, and Go does not ask.
package hugepages

import "sync"

// least is for how many bytes it pays to ask: fewer stay near to the processor in pages of any size, and a small program is to stay small. most bounds what is
// asked for in all: what the heap has beyond it is in pages of the usual size.
const (
	least = 32 << 20
	most  = 1 << 30
)

// Want says that about so many bytes of the heap more than now will be in use until done is called. What goes beyond the wishes before is set aside for the heap as new
// memory, for which huge pages are asked; none of it is touched before it is used. Want does nothing for less than 32 MiB, nor where the system gives
// no huge pages, nor where something bounds the addresses or the memory of the program. What is set aside costs one collection of garbage. No result depends on it.
func Want(bytes int64) (done func()) {
	if bytes < least || !given() {
		return func() {}
	}
	return ofAll.want(bytes, setAside)
}

// wants are what all who use the heap want of it.
type wants struct {
	sync.Mutex
	now   int64 // bytes that those want who are not done
	aside int64 // that were set aside, and have been used since
}

var ofAll wants

// want notes a wish, and sets aside what goes beyond all before.
func (w *wants) want(bytes int64, setAside func(int64)) (done func()) {
	w.Lock()
	defer w.Unlock()
	bytes = min(bytes, most)
	w.now += bytes
	if more := min(w.now, most) - w.aside; more > 0 {
		setAside(more)
		w.aside += more
	}
	return func() {
		w.Lock()
		defer w.Unlock()
		w.now -= bytes
	}
}
