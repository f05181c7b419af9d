package main

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

// A listFlag is a flag whose values stand between commas. It is nil if the flag is not there; given twice,
// it has the values of both.
type listFlag []string

// Decode implements kong.MapperValue. Unlike kong's own lists it refuses empty values.
func (l *listFlag) Decode(ctx *kong.DecodeContext) error {
	var text string
	if err := ctx.Scan.PopValueInto("values", &text); err != nil {
		return err
	}
	for _, value := range strings.Split(text, ",") {
		if value = strings.TrimSpace(value); value == "" {
			return fmt.Errorf("is %q; want values between commas, none of them empty", text)
		}
		*l = append(*l, value)
	}
	return nil
}
