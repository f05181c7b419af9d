package trace_test

import (
	"fmt"
	"io"
	"strings"

	"github.com/edgewise-sim/edgewise/workload/trace"
)

func Example() {
	r, err := trace.NewReader(strings.NewReader("0 7 1200\n1.5 8 300\n3 7 1200\n"), "", trace.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("format:", r.Format())
	for {
		request, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(request.Time, request.Key, request.SizeBytes)
	}
	// Output:
	// format: tis
	// 0s 7 1200
	// 1.5s 8 300
	// 3s 7 1200
}
