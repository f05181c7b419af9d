package main

import (
	"context"
	"errors"
	"fmt"
)

// stopped says of a command that was interrupted that it has written nothing; it returns other errors as
// they are.
func stopped(err error) error {
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("stopped; nothing is written: %w", err)
	}
	return err
}
