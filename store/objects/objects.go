// Package objects keeps a store of cells in an object store that speaks the S3 protocol: Amazon S3, and most others.
//
// A [Bucket] is a place in one, under a prefix of its own. Who may read and write there is found where the tools of the
// field look: in the variables AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, in the file
// ~/.aws/credentials (its section AWS_PROFILE or default), or in the role of the machine, the task or the pod. It is never part of an
// address, a scenario or a manifest.
package objects

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/edgewise-sim/edgewise/store"
)

// Scheme is what the addresses of buckets begin with.
const Scheme = "s3://"

// defaultEndpoint is Amazon S3.
const defaultEndpoint = "https://s3.amazonaws.com"

// A Bucket is a [store.Bucket] in an object store.
type Bucket struct {
	client       *minio.Client
	name, prefix string
}

var _ store.Bucket = (*Bucket)(nil)

// Open returns the place with an address such as
//
//	s3://my-bucket/studies/games
//	s3://my-bucket/studies/games?region=eu-central-1
//	s3://my-bucket/studies/games?endpoint=https://objects.example.org
//
// Without them in the address the variables AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, and AWS_REGION, say the endpoint
// and the region. The bucket must exist; it is not asked yet.
func Open(address string) (*Bucket, error) {
	b, err := open(address)
	if err != nil {
		return nil, fmt.Errorf("object store: %w", err)
	}
	return b, nil
}

func open(address string) (*Bucket, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("%.60q is no address: want %sBUCKET/PREFIX", address, Scheme)
	}
	if u.User != nil {
		return nil, fmt.Errorf("the address has credentials; want them in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or in ~/.aws/credentials")
	}
	prefix := strings.Trim(u.Path, "/")
	if u.Scheme+"://" != Scheme || u.Host == "" || prefix == "" || u.Fragment != "" {
		return nil, fmt.Errorf("%.60q is no place: want %sBUCKET/PREFIX, with a prefix for these cells alone", address, Scheme)
	}
	query := u.Query()
	for key := range query {
		if key != "endpoint" && key != "region" {
			return nil, fmt.Errorf("%.60q has %.40q; want endpoint or region", address, key)
		}
	}
	first := func(candidates ...string) string {
		for _, c := range candidates {
			if c != "" {
				return c
			}
		}
		return ""
	}
	endpoint := first(query.Get("endpoint"), os.Getenv("AWS_ENDPOINT_URL_S3"), os.Getenv("AWS_ENDPOINT_URL"), defaultEndpoint)
	at, err := url.Parse(endpoint)
	if err != nil || at.Host == "" || at.Scheme != "https" && at.Scheme != "http" || strings.Trim(at.Path, "/") != "" || at.User != nil {
		return nil, fmt.Errorf("the endpoint is %.60q; want https://HOST or http://HOST, with a port if need be", endpoint)
	}
	client, err := minio.New(at.Host, &minio.Options{
		Secure: at.Scheme == "https",
		Region: first(query.Get("region"), os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION")),
		Creds: credentials.NewChainCredentials([]credentials.Provider{
			&credentials.EnvAWS{}, &credentials.FileAWSCredentials{}, &credentials.IAM{Client: &http.Client{}},
		}),
	})
	if err != nil {
		return nil, err
	}
	return &Bucket{client, u.Host, prefix + "/"}, nil
}

// String implements [store.Bucket].
func (b *Bucket) String() string { return Scheme + b.name + "/" + strings.TrimSuffix(b.prefix, "/") }

// Read implements [store.Bucket].
func (b *Bucket) Read(ctx context.Context, name string, most int64) ([]byte, error) {
	object, err := b.client.GetObject(ctx, b.name, b.prefix+name, minio.GetObjectOptions{})
	if err != nil {
		return nil, b.explain(name, err)
	}
	defer object.Close()
	data, err := io.ReadAll(io.LimitReader(object, most+1))
	if err != nil {
		return nil, b.explain(name, err)
	}
	if int64(len(data)) > most {
		return nil, fmt.Errorf("%v/%s: has more than %d bytes", b, name, most)
	}
	return data, nil
}

// Write implements [store.Bucket].
func (b *Bucket) Write(ctx context.Context, name string, data []byte) error {
	_, err := b.client.PutObject(ctx, b.name, b.prefix+name, bytes.NewReader(data), int64(len(data)), minio.PutObjectOptions{ContentType: "application/octet-stream"})
	if err != nil {
		return b.explain(name, err)
	}
	return nil
}

// List implements [store.Bucket].
func (b *Bucket) List(ctx context.Context) (all []store.Blob, err error) {
	for object := range b.client.ListObjects(ctx, b.name, minio.ListObjectsOptions{Prefix: b.prefix, Recursive: true}) {
		if object.Err != nil {
			return nil, b.explain("", object.Err)
		}
		all = append(all, store.Blob{Name: strings.TrimPrefix(object.Key, b.prefix), Modified: object.LastModified})
	}
	return all, ctx.Err()
}

// explain says where an error arose, and is [fs.ErrNotExist] where there is no such blob.
func (b *Bucket) explain(name string, err error) error {
	at := b.String()
	if name != "" {
		at += "/" + name
	}
	if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
		return fmt.Errorf("%s: %w", at, fs.ErrNotExist)
	}
	return fmt.Errorf("%s: %w", at, err)
}
