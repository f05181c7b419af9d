package event

import (
	"fmt"
	"math/bits"
	"time"
)

// A Link sends one message after the other at a fixed rate, first come first served: a [Station] whose
// service time is what the message takes to be put on the wire. Propagation is not part of it.
//
// Make one with [NewLink]. Messages must come in the order of time.
type Link struct {
	station   Station
	bitRate   uint64
	sentBytes int64
}

// NewLink returns an idle link of the given capacity in bits per second, at least 1.
func NewLink(bitsPerSecond int64) (*Link, error) {
	if bitsPerSecond < 1 {
		return nil, wrong("bitsPerSecond", bitsPerSecond, "1 or more")
	}
	station, err := NewStation(1)
	if err != nil {
		return nil, err
	}
	return &Link{station: *station, bitRate: uint64(bitsPerSecond)}, nil
}

// Send adds a message of some bytes at time now, and returns when its first bit goes on the wire and when
// its last bit has, rounded up to a nanosecond.
//
// A message that comes before the one before it, has less than 0 bytes or ends after the end of time
// cannot be sent: Send returns [Forever] for both, and [Link.Err] says why.
func (l *Link) Send(now time.Duration, bytes int64) (start, departure time.Duration) {
	if bytes < 0 {
		if l.station.err == nil {
			l.station.err = fmt.Errorf("event: message at %v of %d bytes; want at least 0", now, bytes)
		}
		return Forever, Forever
	}
	start, departure = l.station.Arrive(now, l.SendTime(bytes))
	if l.station.err == nil {
		l.sentBytes += bytes
	}
	return start, departure
}

// SendTime returns how long the link needs for some bytes when it is free, rounded up to a nanosecond;
// [Forever] if that is beyond the end of time.
func (l *Link) SendTime(bytes int64) time.Duration {
	const bitNanoseconds = 8 * uint64(time.Second) // a byte at one bit a second
	hi, lo := bits.Mul64(uint64(max(0, bytes)), bitNanoseconds)
	if hi >= l.bitRate {
		return Forever
	}
	quotient, rest := bits.Div64(hi, lo, l.bitRate)
	if rest > 0 {
		quotient++
	}
	if quotient > uint64(Forever) {
		return Forever
	}
	return time.Duration(quotient)
}

// Err returns why a message was not sent, or nil. Later messages are not sent either.
func (l *Link) Err() error { return l.station.err }

// FreeAt returns when the link is free for a message that comes next: in the past if it is idle.
func (l *Link) FreeAt() time.Duration { return l.station.FreeAt() }

// SentBytes returns the sum of all messages.
func (l *Link) SentBytes() int64 { return l.sentBytes }

// Busy returns the time spent on all messages.
func (l *Link) Busy() time.Duration { return l.station.Busy() }
