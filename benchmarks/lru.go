package main

import (
	"fmt"
	"math/bits"
)

// An lru is a cache of a number of objects of equal size: the one asked for longest ago makes room. It is
// laid out to be small, 14 bytes an object at most: a hash table of node numbers with linear probing, and
// nodes of 8 bytes.
type lru struct {
	table []uint16 // 0: empty
	shift uint
	nodes []lruNode // nodes[0] is the ring's anchor: next is the newest, prev the oldest
	used  int
}

type lruNode struct {
	object     uint32
	prev, next uint16
}

func newLRU(capacity int) (*lru, error) {
	if capacity < 1 || capacity > 1<<16-2 {
		return nil, fmt.Errorf("cache of %d objects; want 1 to %d", capacity, 1<<16-2)
	}
	log := bits.Len(uint(2*capacity - 1))
	return &lru{table: make([]uint16, 1<<log), shift: 32 - uint(log), nodes: make([]lruNode, capacity+1)}, nil
}

func (c *lru) slot(object uint32) uint32 { return object * 0x9e3779b1 >> c.shift }

// expect touches the memory that the look-ups of these objects will need, so that the loads overlap.
func (c *lru) expect(objects []uint32) {
	touched := uint32(0)
	for _, object := range objects {
		touched += c.nodes[c.table[c.slot(object)]].object
	}
	keepAlive(touched)
}

//go:noinline
func keepAlive(uint32) {}

// find returns the slot where the object is, or the empty one where it would be.
func (c *lru) find(object uint32) (slot uint32, node uint16) {
	mask := uint32(len(c.table) - 1)
	slot = c.slot(object)
	for {
		node = c.table[slot&mask]
		if node == 0 || c.nodes[node].object == object {
			return slot & mask, node
		}
		slot++
	}
}

// get says whether the object is in the cache, and makes it the newest.
func (c *lru) get(object uint32) bool {
	_, node := c.find(object)
	if node == 0 {
		return false
	}
	c.unlink(node)
	c.linkNewest(node)
	return true
}

// put makes the object the newest of the cache; the oldest makes room.
func (c *lru) put(object uint32) {
	slot, node := c.find(object)
	if node != 0 {
		c.unlink(node)
		c.linkNewest(node)
		return
	}
	if c.used+1 < len(c.nodes) {
		c.used++
		node = uint16(c.used)
	} else {
		node = c.nodes[0].prev
		c.unlink(node)
		c.forget(node)
		slot, _ = c.find(object) // forgetting may have moved it
	}
	c.nodes[node].object = object
	c.table[slot] = node
	c.linkNewest(node)
}

func (c *lru) unlink(node uint16) {
	n := c.nodes[node]
	c.nodes[n.prev].next = n.next
	c.nodes[n.next].prev = n.prev
}

func (c *lru) linkNewest(node uint16) {
	next := c.nodes[0].next
	c.nodes[node].prev, c.nodes[node].next = 0, next
	c.nodes[next].prev = node
	c.nodes[0].next = node
}

// forget takes a node out of the table and closes the gap, so that no marks of the dead are needed.
func (c *lru) forget(node uint16) {
	mask := uint32(len(c.table) - 1)
	gap := c.slot(c.nodes[node].object)
	for c.table[gap&mask] != node {
		gap++
	}
	gap &= mask
	for slot := (gap + 1) & mask; c.table[slot] != 0; slot = (slot + 1) & mask {
		home := c.slot(c.nodes[c.table[slot]].object)
		if (slot-home)&mask >= (slot-gap)&mask { // may move back to the gap
			c.table[gap] = c.table[slot]
			gap = slot
		}
	}
	c.table[gap] = 0
}
