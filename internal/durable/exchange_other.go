//go:build !linux && !darwin

package durable

import "errors"

// exchange cannot swap two directories in one step here.
func exchange(string, string) error { return errors.ErrUnsupported }
