package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	_ "embed"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
)

// amazonRoots are the roots that AWS's endpoints chain to. Loading the system's
// 143 instead is most of the cold start of a Go Lambda
// (docs/decisions/0012-embedded-roots.md).
//
//go:embed amazon-roots.pem
var amazonRoots []byte

// loadAWS reads region and credentials as every SDK does and gives all clients
// one connection pool.
func loadAWS(ctx context.Context, roots string) (aws.Config, error) {
	client := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConnsPerHost = 16
		if roots != "system" {
			pool := x509.NewCertPool()
			pool.AppendCertsFromPEM(amazonRoots)
			t.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
		}
	})
	return config.LoadDefaultConfig(ctx, config.WithHTTPClient(client))
}

// warmTime bounds what init spends on opening a connection.
const warmTime = time.Second

// warm opens a connection to an endpoint while Lambda still gives the full CPU
// that it gives to init. A failure costs nothing: the first call opens its own.
func warm(ctx context.Context, client aws.HTTPClient, endpoint string) {
	ctx, cancel := context.WithTimeout(ctx, warmTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint, nil)
	if err != nil {
		return
	}
	if response, err := client.Do(r); err == nil {
		// A connection is kept only when its response was read to the end.
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
	}
}
