package cache

import "github.com/edgewise-sim/edgewise/internal/invalid"

// serverShift is where the number of a server stands in a key: above those of 32 bits, in ten of its own.
const serverShift = 32

// MaxServers bounds the servers of a [Servers].
const MaxServers = 1 << 10

// Servers are the caches of several servers as one: every key says at which server it is looked for ([AtServer]). Each has an equal
// part of the capacity, and may have a memory over its disk: what is found on the disk goes into the memory, too, and what leaves the
// disk leaves the memory. A note of an object, as a [Noted] has it, is one for both.
//
// Keys have no bits but those below 32 and from 42 on, without the number of the server.
type Servers[N any] struct {
	servers  []server[N]
	capacity int64
	fromDisk bool
}

type server[N any] struct {
	disk   *Noted[N]
	memory Cache // nil where there is none
}

// AtServer returns a key at a server.
func AtServer(key uint64, server int) uint64 { return key | uint64(server)<<serverShift }

// ServerOf returns the number of the server that a key is looked for at, 0 of a key without one.
func ServerOf(key uint64) int { return int(key >> serverShift % MaxServers) }

// WithoutServer returns a key as it is without the number of a server.
func WithoutServer(key uint64) uint64 { return key &^ ((MaxServers - 1) << serverShift) }

// NewServers returns so many servers that share the capacity of a config; memoryBytes, of all together, is that of their memories,
// of which policy is LRU and 0 leaves them away.
func NewServers[N any](cfg Config, servers int, memoryBytes int64) (*Servers[N], error) {
	if err := invalid.First(
		invalid.Range("Servers", servers, 1, MaxServers),
		invalid.Check(cfg.CapacityBytes >= int64(servers), "CapacityBytes", cfg.CapacityBytes, "a byte a server or more"),
		invalid.Check(memoryBytes == 0 || memoryBytes >= int64(servers) && memoryBytes < cfg.CapacityBytes, "MemoryBytes", memoryBytes, "0, or a byte a server or more and less than CapacityBytes"),
	); err != nil {
		return nil, err
	}
	s := &Servers[N]{servers: make([]server[N], servers), capacity: cfg.CapacityBytes}
	cfg.Directory, cfg.DenseKeys, cfg.InTurns, cfg.CapacityBytes = nil, 0, false, cfg.CapacityBytes/int64(servers)
	for i := range s.servers {
		at := &s.servers[i]
		of := cfg
		of.Seed += uint64(i)
		var err error
		if memoryBytes > 0 {
			if at.memory, err = New(Config{CapacityBytes: memoryBytes / int64(servers)}); err != nil {
				return nil, err
			}
			of.OnEvict = func(key uint64, sizeBytes int64) {
				at.memory.Remove(key)
				if cfg.OnEvict != nil {
					cfg.OnEvict(key, sizeBytes)
				}
			}
		}
		if at.disk, err = NewNoted[N](of); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Servers[N]) at(key uint64) *server[N] { return &s.servers[ServerOf(key)] }

// Lookup is one access to the server of a key, its memory first. [Servers.WasOnDisk] says where it was found.
func (s *Servers[N]) Lookup(key uint64) (sizeBytes int64, hit bool) {
	at := s.at(key)
	sizeBytes, hit = at.disk.Lookup(key) // also of what is in memory, which stays the hotter for it
	s.fromDisk = hit && !at.recalls(key, sizeBytes)
	return sizeBytes, hit
}

// LookupNoted is Lookup, and returns besides the note of an object that is there, as [Noted.LookupNoted] does.
func (s *Servers[N]) LookupNoted(key uint64) (note *N, sizeBytes int64, hit bool) {
	at := s.at(key)
	note, sizeBytes, hit = at.disk.LookupNoted(key)
	s.fromDisk = hit && !at.recalls(key, sizeBytes)
	return note, sizeBytes, hit
}

// recalls reports whether an object that is on the disk is in memory. From then on it is, if it fits.
func (at *server[N]) recalls(key uint64, sizeBytes int64) bool {
	if at.memory == nil {
		return false
	}
	if _, hit := at.memory.Lookup(key); hit {
		return true
	}
	at.memory.Insert(key, sizeBytes)
	return false
}

// Note returns the note of an object, nil where it is not there, as [Noted.Note] does.
func (s *Servers[N]) Note(key uint64) *N { return s.at(key).disk.Note(key) }

// WasOnDisk reports whether the last look-up found its object on a disk.
func (s *Servers[N]) WasOnDisk() bool { return s.fromDisk }

// Insert puts key in, into the memory, too.
func (s *Servers[N]) Insert(key uint64, sizeBytes int64) (admitted bool) {
	at := s.at(key)
	return at.remembers(key, sizeBytes, at.disk.Insert(key, sizeBytes))
}

// InsertNoted is Insert with a note, which an object that is there already gets, too.
func (s *Servers[N]) InsertNoted(key uint64, sizeBytes int64, note N) (admitted bool) {
	at := s.at(key)
	return at.remembers(key, sizeBytes, at.disk.InsertNoted(key, sizeBytes, note))
}

// remembers puts an object into the memory that the disk has admitted.
func (at *server[N]) remembers(key uint64, sizeBytes int64, admitted bool) bool {
	if admitted && at.memory != nil {
		at.memory.Insert(key, sizeBytes)
	}
	return admitted
}

// Remove takes key out.
func (s *Servers[N]) Remove(key uint64) bool {
	at := s.at(key)
	if at.memory != nil {
		at.memory.Remove(key)
	}
	return at.disk.Remove(key)
}

// Contains reports whether key is at its server.
func (s *Servers[N]) Contains(key uint64) bool { return s.at(key).disk.Contains(key) }

// Len returns the number of objects of all servers, those that several have as often.
func (s *Servers[N]) Len() (n int) {
	for i := range s.servers {
		n += s.servers[i].disk.Len()
	}
	return n
}

// UsedBytes returns the sum of the stored sizes.
func (s *Servers[N]) UsedBytes() (sum int64) {
	for i := range s.servers {
		sum += s.servers[i].disk.UsedBytes()
	}
	return sum
}

// CapacityBytes returns the largest sum of sizes that they may hold.
func (s *Servers[N]) CapacityBytes() int64 { return s.capacity }

// release ends the use of all.
func (s *Servers[N]) release() {
	for i := range s.servers {
		Release(s.servers[i].disk)
		if s.servers[i].memory != nil {
			Release(s.servers[i].memory)
		}
	}
}
