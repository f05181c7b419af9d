// Package durable writes files and directories that are there whole or not at all, whatever ends the program: an error, a
// signal, kill -9, a loss of power.
package durable
