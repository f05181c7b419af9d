// Package schemas holds the files of distributed/kubernetes and distributed/aws-batch against the types of the services that
// read them. It is a module of its own, for these types are large, and has nothing but tests.
package schemas
