package words

// Plural returns a noun for so many things: "run" for one, "runs" for others.
func Plural[N int | int64 | float64](n N, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}
