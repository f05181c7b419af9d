//go:build linux && !race && !msan && !asan

package hugepages

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// TestTheHeapGrowsIntoWhatIsSetAside makes an array after memory was set aside, and looks what the system has noted of it.
func TestTheHeapGrowsIntoWhatIsSetAside(t *testing.T) {
	if !given() {
		t.Skip("the system gives no huge pages, or bounds addresses")
	}
	before := resident(t)
	defer Want(4 * least)()
	require.Less(t, resident(t)-before, int64(least/2), "nothing that is set aside is touched")
	array := make([]byte, 2*least)
	at := uintptr(unsafe.Pointer(&array[len(array)/2]))
	require.Contains(t, flags(t, at), "hg")
	runtime.KeepAlive(array)
}

func TestNothingIsSetAsideOfABoundedHeap(t *testing.T) {
	if !given() {
		t.Skip("the system gives no huge pages, or bounds addresses")
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(1 << 40)) // by a program that has asked before
	before := ofAll.aside
	defer Want(ofAll.aside + least)()
	require.Equal(t, before, ofAll.aside)
}

// resident returns how many bytes of the program are in memory.
func resident(t *testing.T) int64 {
	t.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	require.NoError(t, err)
	var all, pages int64
	_, err = fmt.Sscan(string(text), &all, &pages)
	require.NoError(t, err)
	return pages * int64(os.Getpagesize())
}

// flags returns what the system has noted of the memory at an address.
func flags(t *testing.T, at uintptr) []string {
	t.Helper()
	maps, err := os.Open("/proc/self/smaps")
	require.NoError(t, err)
	defer maps.Close()
	var from, to uintptr
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		var a, b uintptr
		if n, _ := fmt.Sscanf(lines.Text(), "%x-%x ", &a, &b); n == 2 {
			from, to = a, b
		} else if of, ok := strings.CutPrefix(lines.Text(), "VmFlags:"); ok && from <= at && at < to {
			return slices.Collect(strings.FieldsSeq(of))
		}
	}
	require.FailNow(t, "no such memory")
	return nil
}
