package topology

// A distanceHeap is a priority queue of nodes by distance, ties by node. It is an indexed heap with
// four children a node: pushing a node that is already queued moves it forward, so no node is queued
// twice, and the tree is half as deep as a binary one.
type distanceHeap struct {
	heap  []distanceEntry
	where []int32 // by node: its place in heap, -1 if it is not queued
}

type distanceEntry struct {
	distNs int64
	node   int32
}

func (e distanceEntry) before(o distanceEntry) bool {
	return e.distNs < o.distNs || e.distNs == o.distNs && e.node < o.node
}

// newDistanceHeap returns an empty heap for the nodes 0 to nodes-1.
func newDistanceHeap(nodes int) distanceHeap {
	h := distanceHeap{where: make([]int32, nodes)}
	for i := range h.where {
		h.where[i] = -1
	}
	return h
}

// len returns the number of queued nodes.
func (h *distanceHeap) len() int { return len(h.heap) }

// push queues a node, or moves it forward if it is queued at a greater distance.
func (h *distanceHeap) push(node int32, distNs int64) {
	at := int(h.where[node])
	if at < 0 {
		at = len(h.heap)
		h.heap = append(h.heap, distanceEntry{})
	}
	entry := distanceEntry{distNs, node}
	for at > 0 {
		parent := (at - 1) / 4
		if !entry.before(h.heap[parent]) {
			break
		}
		h.heap[at] = h.heap[parent]
		h.where[h.heap[at].node] = int32(at)
		at = parent
	}
	h.heap[at] = entry
	h.where[node] = int32(at)
}

// pop removes and returns the nearest node. The heap must not be empty.
func (h *distanceHeap) pop() (node int32, distNs int64) {
	top := h.heap[0]
	h.where[top.node] = -1
	last := h.heap[len(h.heap)-1]
	h.heap = h.heap[:len(h.heap)-1]
	if len(h.heap) == 0 {
		return top.node, top.distNs
	}
	at := 0
	for {
		child := 4*at + 1
		if child >= len(h.heap) {
			break
		}
		best := child
		for c := child + 1; c < min(child+4, len(h.heap)); c++ {
			if h.heap[c].before(h.heap[best]) {
				best = c
			}
		}
		if !h.heap[best].before(last) {
			break
		}
		h.heap[at] = h.heap[best]
		h.where[h.heap[at].node] = int32(at)
		at = best
	}
	h.heap[at] = last
	h.where[last.node] = int32(at)
	return top.node, top.distNs
}
