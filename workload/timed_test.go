package workload

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// numbered draws a request a nanosecond, each of whose columns says which it is.
type numbered struct{ next int64 }

func (s *numbered) Draw(to int64, b *Batch) (n int) {
	for ; n < b.Len() && s.next < 10 && (n == 0 || b.At[n-1] < to); n++ {
		b.At[n], b.Object[n], b.Bytes[n], b.Stay[n] = s.next, uint32(s.next), 10*s.next, 100*s.next
		s.next++
	}
	return n
}

// What comes while a workload lasts keeps its columns; who comes as it begins is there, who comes as it ends is not.
func TestATimedSourceKeepsWhatBelongsTogether(t *testing.T) {
	for _, size := range []int{1, 4, 20} {
		s := &timedSource{Source: new(numbered), begins: 3, ends: 7}
		b := Batch{At: make([]int64, size), Object: make([]uint32, size), Bytes: make([]int64, size), Stay: make([]int64, size)}
		var all []int64
		for n := s.Draw(math.MaxInt64, &b); n > 0; n = s.Draw(math.MaxInt64, &b) {
			for i, at := range b.At[:n] {
				require.Equal(t, []int64{at, 10 * at, 100 * at}, []int64{int64(b.Object[i]), b.Bytes[i], b.Stay[i]})
			}
			all = append(all, b.At[:n]...)
		}
		require.Equal(t, []int64{3, 4, 5, 6}, all, "in batches of %d", size)
	}
}
