package sim

import (
	"time"

	"github.com/edgewise-sim/edgewise/cache/freshness"
)

// What came of a fetch.
type came struct {
	answer freshness.Answer
	// confirmed says that the object has not changed: 304. silent says that nobody has answered, rejected that the origin's
	// servers have not worked on it.
	confirmed, silent, rejected bool
	// copied says that a cache on the way has kept a copy, or passes on what another has; stale that one serves it although it is stale.
	copied  bool
	stale   bool
	version uint32
	age     uint32 // s, when it was sent
}

// carries returns the bytes of an answer to a question for an object of so many.
func (c *came) carries(bytes int64) int64 {
	switch {
	case c.silent || c.confirmed:
		return 0
	case c.answer != freshness.Good:
		return errorBytes
	}
	return bytes
}

// fromOrigin returns what an origin answers that is asked at an instant for an object of which a version is known.
func (c *content) fromOrigin(errors []span, key uint32, at int64, has uint32) came {
	object := c.object(key)
	class := c.class(object)
	control := &c.controls[class]
	if within(errors, at) {
		return came{answer: freshness.Broken}
	}
	is := came{answer: control.Answer(), age: uint32(control.Age / time.Second)}
	if is.answer == freshness.Good {
		is.version = c.version(class, object, at)
		is.confirmed = has == is.version
	}
	return is
}

// came returns what an answer says to a question of another site that brings what is held, at an instant.
func (l *sought) came(m *message, h *freshness.Held, now int64) came {
	is := came{answer: h.Answer, version: h.Version, age: age(h.AsOf, now), stale: l.state != freshness.Fresh}
	is.confirmed = is.answer == freshness.Good && is.version == m.version()
	return is
}

// version returns the version of an object that whoever asks has already, 0 if it has none to be confirmed.
func (m *message) version() uint32 { return uint32(m.key >> 32) }

// came returns what an answer says.
func (m *message) came() (is came) {
	m.read(&is)
	return is
}

// read fills in what an answer says.
func (m *message) read(is *came) {
	is.answer, is.confirmed, is.silent, is.copied = freshness.Answer(m.verdict&3), m.verdict&4 != 0, false, m.verdict&copiedBit != 0
	is.version, is.age = uint32(m.key>>32), uint32(m.key)
	isBad := is.answer == freshness.Broken
	is.rejected, is.stale = isBad && m.verdict&rejectedBit != 0, !isBad && m.verdict&staleBit != 0
}

func (m *message) setCame(c *came) {
	m.key, m.verdict = uint64(c.version)<<32|uint64(c.age), uint8(c.answer)
	if c.confirmed {
		m.verdict |= 4
	}
	if c.copied {
		m.verdict |= copiedBit
	}
	switch {
	case c.answer == freshness.Broken && c.rejected:
		m.verdict |= rejectedBit
	case c.answer != freshness.Broken && c.stale:
		m.verdict |= staleBit
	}
}
