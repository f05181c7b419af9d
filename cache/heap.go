package cache

// A heap orders slots by priority, the lowest first, and slots of equal priority by age, the least
// recently ranked first.
type heap struct {
	slots []uint32
	place []uint32 // by slot: its place in slots
	ranks []rank   // by slot
	clock uint64
}

type rank struct {
	priority float64
	at       uint64 // when it was given
}

func (r rank) before(other rank) bool {
	return r.priority < other.priority || r.priority == other.priority && r.at < other.at
}

// first returns the slot of the lowest priority. The heap must not be empty.
func (h *heap) first() uint32 { return h.slots[0] }

// add puts in a slot that is not in the heap; the caller has columns slots in all.
func (h *heap) add(s uint32, priority float64, columns int) {
	if len(h.place) < columns {
		h.place = lengthen(h.place, columns)
		h.ranks = lengthen(h.ranks, columns)
	}
	h.clock++
	h.ranks[s] = rank{priority, h.clock}
	h.slots = append(h.slots, s)
	h.place[s] = uint32(len(h.slots) - 1)
	h.up(len(h.slots) - 1)
}

// update gives a slot in the heap a new priority, as its most recent.
func (h *heap) update(s uint32, priority float64) {
	h.clock++
	h.ranks[s] = rank{priority, h.clock}
	i := int(h.place[s])
	h.up(i)
	h.down(i)
}

// remove takes a slot out.
func (h *heap) remove(s uint32) {
	i := int(h.place[s])
	last := len(h.slots) - 1
	h.swap(i, last)
	h.slots = h.slots[:last]
	if i < last {
		h.up(i)
		h.down(i)
	}
}

func (h *heap) less(i, j int) bool { return h.ranks[h.slots[i]].before(h.ranks[h.slots[j]]) }

func (h *heap) swap(i, j int) {
	h.slots[i], h.slots[j] = h.slots[j], h.slots[i]
	h.place[h.slots[i]], h.place[h.slots[j]] = uint32(i), uint32(j)
}

func (h *heap) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if !h.less(i, parent) {
			return
		}
		h.swap(i, parent)
		i = parent
	}
}

func (h *heap) down(i int) {
	for {
		child := 2*i + 1
		if child >= len(h.slots) {
			return
		}
		if child+1 < len(h.slots) && h.less(child+1, child) {
			child++
		}
		if !h.less(child, i) {
			return
		}
		h.swap(i, child)
		i = child
	}
}
