package random

import (
	"math/bits"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKeyYieldsThePublishedSequenceOfSplitmix64(t *testing.T) {
	// The authors' C program started from 1234567.
	k := Key(1234567)
	for i, want := range []uint64{
		6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431,
		16408922859458223821,
	} {
		require.Equal(t, want, k.At(uint64(i)), "index %d", i)
	}
}

func TestEntityIsMixedFNV1a(t *testing.T) {
	// FNV-1a of "foobar" as its authors publish it.
	require.Equal(t, mix(0x85944171f73967e8), Entity("foobar"))
	require.Equal(t, mix(0xcbf29ce484222325), Entity(""))
}

func TestOneBitOfTheIndexMovesHalfTheBits(t *testing.T) {
	k := NewKey(1, 2, 3, 4)
	for bit := range 64 {
		moved := 0
		for i := range uint64(1000) {
			moved += bits.OnesCount64(k.At(i) ^ k.At(i^1<<bit))
		}
		// 64,000 fair coins: the standard deviation is 126.
		require.InDelta(t, 32_000, moved, 5*126*1.42, "bit %d", bit)
	}
}

func TestValuesByIndexAreUniform(t *testing.T) {
	k := NewKey(1, 2, 3, 4)
	counts := make([]float64, 1000)
	for i := range uint64(1_000_000) {
		counts[int(Unit(k.At(i))*1000)]++
	}
	requireUniform(t, counts, "Unit(At)")
}

func TestStreamsOfAKeyDifferFromItsValuesByIndex(t *testing.T) {
	k := NewKey(1, 2, 3, 4)
	seen := map[uint64]bool{}
	for i := range uint64(1000) {
		seen[k.At(i)] = true
	}
	for i := range uint64(100) {
		for _, s := range []Stream{k.Stream(), k.StreamAt(i)} {
			for _, word := range []uint64{s.s0, s.s1, s.s2, s.s3, s.Uint64()} {
				require.NotContains(t, seen, word)
			}
		}
	}
	require.NotEqual(t, k.StreamAt(0), k.StreamAt(1))
	require.Equal(t, k.Stream(), New(1, 2, 3, 4))
}

func TestTheFirstDrawOfAStreamIsKnownByItself(t *testing.T) {
	k := NewKey(1, 2, 3, 4)
	for i := range uint64(100) {
		stream := k.StreamAt(i << 57)
		require.Equal(t, stream.Uint64(), k.FirstAt(i<<57))
	}
}
