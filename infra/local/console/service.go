package console

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// service is the API, as a product's backend calls it in the name of the person before it.
type service struct{ origin string }

// refusal is a problem that the API answered with.
type refusal struct {
	Status int    `json:"status"`
	Code   string `json:"code,omitempty"`
	Detail string `json:"detail"`
}

// get reads a resource into a value, where one is given.
func (s *service) get(ctx context.Context, bearer, path string, into any) (*refusal, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.origin+path, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", bearer)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body := http.MaxBytesReader(nil, response.Body, 1<<20)
	switch {
	case response.StatusCode >= http.StatusInternalServerError:
		return nil, fmt.Errorf("GET %s answered %s", path, response.Status)
	case response.StatusCode >= http.StatusBadRequest:
		problem := &refusal{Detail: "Your session is over. Sign in again."} // the authorizer says nothing of its own
		_ = json.NewDecoder(body).Decode(problem)
		problem.Status = response.StatusCode
		return problem, nil
	case into == nil:
		return nil, nil
	}
	if err := json.NewDecoder(body).Decode(into); err != nil {
		return nil, fmt.Errorf("read the answer of GET %s: %w", path, err)
	}
	return nil, nil
}
