package cache

import "github.com/edgewise-sim/edgewise/internal/invalid"

// serverShift is where the number of a server stands in a key: above those of 32 bits, in ten of its own.
const serverShift = 32

// MaxServers bounds the servers of a [Servers].
const MaxServers = 1 << 10

// Servers are the caches of several servers as one: every key says at which server it is looked for ([AtServer]). Each has an equal
// part of the capacity, and may have a memory over its disk: what is found on the disk goes into the memory, too.
//
// Keys have no bits but those below 32 and from 42 on, without the number of the server.
type Servers struct {
	servers  []server
	capacity int64
	fromDisk bool
}

type server struct{ disk, memory Cache }

// AtServer returns a key at a server.
func AtServer(key uint64, server int) uint64 { return key | uint64(server)<<serverShift }

// ServerOf returns the number of the server that a key is looked for at, 0 of a key without one.
func ServerOf(key uint64) int { return int(key >> serverShift % MaxServers) }

// WithoutServer returns a key as it is without the number of a server.
func WithoutServer(key uint64) uint64 { return key &^ ((MaxServers - 1) << serverShift) }

// NewServers returns so many servers that share the capacity of a config; memoryBytes, of all together, is that of their memories,
// of which policy is LRU and 0 leaves them away.
func NewServers(cfg Config, servers int, memoryBytes int64) (*Servers, error) {
	if err := invalid.First(
		invalid.Range("Servers", servers, 1, MaxServers),
		invalid.Check(cfg.CapacityBytes >= int64(servers), "CapacityBytes", cfg.CapacityBytes, "a byte a server or more"),
		invalid.Check(memoryBytes == 0 || memoryBytes >= int64(servers) && memoryBytes < cfg.CapacityBytes, "MemoryBytes", memoryBytes, "0, or a byte a server or more and less than CapacityBytes"),
	); err != nil {
		return nil, err
	}
	s := &Servers{servers: make([]server, servers), capacity: cfg.CapacityBytes}
	cfg.Directory, cfg.DenseKeys, cfg.InTurns, cfg.CapacityBytes = nil, 0, false, cfg.CapacityBytes/int64(servers)
	for i := range s.servers {
		var err error
		if s.servers[i].disk, err = New(cfg); err != nil {
			return nil, err
		}
		cfg.Seed++
		if memoryBytes > 0 {
			if s.servers[i].memory, err = New(Config{CapacityBytes: memoryBytes / int64(servers)}); err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}

func (s *Servers) at(key uint64) *server { return &s.servers[ServerOf(key)] }

// Lookup is one access to the server of a key, its memory first. [Servers.WasOnDisk] says where it was found.
func (s *Servers) Lookup(key uint64) (sizeBytes int64, hit bool) {
	at := s.at(key)
	s.fromDisk = false
	if at.memory == nil {
		sizeBytes, hit = at.disk.Lookup(key)
		s.fromDisk = hit
		return sizeBytes, hit
	}
	if sizeBytes, hit = at.memory.Lookup(key); hit {
		at.disk.Lookup(key) // which stays the hotter for it
		return sizeBytes, hit
	}
	if sizeBytes, hit = at.disk.Lookup(key); hit {
		at.memory.Insert(key, sizeBytes)
		s.fromDisk = true
	}
	return sizeBytes, hit
}

// WasOnDisk reports whether the last look-up found its object on a disk.
func (s *Servers) WasOnDisk() bool { return s.fromDisk }

// Insert puts key in, into the memory, too.
func (s *Servers) Insert(key uint64, sizeBytes int64) (admitted bool) {
	at := s.at(key)
	if admitted = at.disk.Insert(key, sizeBytes); admitted && at.memory != nil {
		at.memory.Insert(key, sizeBytes)
	}
	return admitted
}

// Remove takes key out.
func (s *Servers) Remove(key uint64) bool {
	at := s.at(key)
	if at.memory != nil {
		at.memory.Remove(key)
	}
	return at.disk.Remove(key)
}

// Contains reports whether key is at its server.
func (s *Servers) Contains(key uint64) bool { return s.at(key).disk.Contains(key) }

// Len returns the number of objects of all servers, those that several have as often.
func (s *Servers) Len() (n int) {
	for i := range s.servers {
		n += s.servers[i].disk.Len()
	}
	return n
}

// UsedBytes returns the sum of the stored sizes.
func (s *Servers) UsedBytes() (sum int64) {
	for i := range s.servers {
		sum += s.servers[i].disk.UsedBytes()
	}
	return sum
}

// CapacityBytes returns the largest sum of sizes that they may hold.
func (s *Servers) CapacityBytes() int64 { return s.capacity }

// release ends the use of all.
func (s *Servers) release() {
	for i := range s.servers {
		Release(s.servers[i].disk)
		if s.servers[i].memory != nil {
			Release(s.servers[i].memory)
		}
	}
}
