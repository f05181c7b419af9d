package random_test

import (
	"fmt"

	"github.com/edgewise-sim/edgewise/random"
)

// The purposes of this example's draws: any constants do, as long as they differ.
const (
	popularity = iota
	sizes
)

// Two users ask for objects of a catalogue. What a user asks for depends on nothing but the seed, the
// replication and the user's name; how large an object is depends on the object alone, whoever asks.
func Example() {
	catalogue, err := random.NewZipf(1_000_000, 0.9)
	if err != nil {
		fmt.Println(err)
		return
	}
	const seed, replication = 1, 0
	size := random.NewKey(seed, replication, random.Entity("catalogue"), sizes)
	for _, name := range []string{"Ada", "Grace"} {
		user := random.New(seed, replication, random.Entity(name), popularity)
		for range 3 {
			object := catalogue.Draw(&user)
			kilobytes := 10 + 90*random.Unit(size.At(uint64(object)))
			fmt.Printf("%-5s object %6d of %2.0f kB\n", name, object, kilobytes)
		}
	}
	// Output:
	// Ada   object   1873 of 28 kB
	// Ada   object   1359 of 96 kB
	// Ada   object     37 of 75 kB
	// Grace object  36038 of 39 kB
	// Grace object   4020 of 53 kB
	// Grace object  81766 of 46 kB
}
