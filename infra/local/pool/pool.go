// Package pool signs people in at the stack's Cognito user pool, makes them, and knows how
// the product's backend signs in.
package pool

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// ErrRefused says that the address and password do not go together.
var ErrRefused = errors.New("address or password is wrong")

// Pool is one user pool and the client that people sign in through.
type Pool struct {
	api          *cognitoidentityprovider.Client
	id, clientID string
}

// New returns the pool with these ids.
func New(cfg aws.Config, id, clientID string) *Pool {
	return &Pool{api: cognitoidentityprovider.NewFromConfig(cfg), id: id, clientID: clientID}
}

// Token is an ID token, the one that the API takes.
type Token struct {
	Bearer string
	Ends   time.Time
}

// SignIn returns a fresh ID token, or ErrRefused.
func (p *Pool) SignIn(ctx context.Context, email, password string) (Token, error) {
	out, err := p.api.InitiateAuth(ctx, &cognitoidentityprovider.InitiateAuthInput{
		ClientId: &p.clientID, AuthFlow: types.AuthFlowTypeUserPasswordAuth,
		AuthParameters: map[string]string{"USERNAME": email, "PASSWORD": password},
	})
	var unauthorized *types.NotAuthorizedException
	var unknown *types.UserNotFoundException
	if errors.As(err, &unauthorized) || errors.As(err, &unknown) {
		return Token{}, ErrRefused
	}
	if err != nil {
		return Token{}, fmt.Errorf("sign in %q: %w", email, err)
	}
	if out.AuthenticationResult == nil || out.AuthenticationResult.IdToken == nil {
		return Token{}, fmt.Errorf("sign in %q: the pool asks for more: %s", email, out.ChallengeName)
	}
	return Token{
		Bearer: *out.AuthenticationResult.IdToken,
		Ends:   time.Now().Add(time.Duration(out.AuthenticationResult.ExpiresIn) * time.Second),
	}, nil
}

// User is somebody to be made.
type User struct {
	Email, Name, Password, Tenant string
	Groups                        []string
}

// Add makes the user with a permanent password and sends no mail about it.
func (p *Pool) Add(ctx context.Context, u User) error {
	attributes := []types.AttributeType{
		{Name: aws.String("email"), Value: &u.Email},
		{Name: aws.String("email_verified"), Value: aws.String("true")},
		{Name: aws.String("name"), Value: &u.Name},
	}
	if u.Tenant != "" {
		attributes = append(attributes, types.AttributeType{Name: aws.String("custom:tenant_id"), Value: &u.Tenant})
	}
	_, err := p.api.AdminCreateUser(ctx, &cognitoidentityprovider.AdminCreateUserInput{
		UserPoolId: &p.id, Username: &u.Email, UserAttributes: attributes, MessageAction: types.MessageActionTypeSuppress,
		TemporaryPassword: &u.Password, // MiniStack's own choice breaks the pool's policy
	})
	if err != nil {
		return fmt.Errorf("create the user %q: %w", u.Email, err)
	}
	_, err = p.api.AdminSetUserPassword(ctx, &cognitoidentityprovider.AdminSetUserPasswordInput{
		UserPoolId: &p.id, Username: &u.Email, Password: &u.Password, Permanent: true,
	})
	if err != nil {
		return fmt.Errorf("set the password of %q: %w", u.Email, err)
	}
	for _, group := range u.Groups {
		_, err := p.api.AdminAddUserToGroup(ctx, &cognitoidentityprovider.AdminAddUserToGroupInput{
			UserPoolId: &p.id, Username: &u.Email, GroupName: &group,
		})
		if err != nil {
			return fmt.Errorf("add %q to the group %q: %w", u.Email, group, err)
		}
	}
	return nil
}

// AddGroups makes the groups; those that exist stay as they are.
func (p *Pool) AddGroups(ctx context.Context, names ...string) error {
	for _, name := range names {
		_, err := p.api.CreateGroup(ctx, &cognitoidentityprovider.CreateGroupInput{UserPoolId: &p.id, GroupName: &name})
		var exists *types.GroupExistsException
		if err != nil && !errors.As(err, &exists) {
			return fmt.Errorf("create the group %q: %w", name, err)
		}
	}
	return nil
}

// Secret returns the secret of one of the pool's clients, as an operator reads it.
func (p *Pool) Secret(ctx context.Context, clientID string) (string, error) {
	out, err := p.api.DescribeUserPoolClient(ctx, &cognitoidentityprovider.DescribeUserPoolClientInput{UserPoolId: &p.id, ClientId: &clientID})
	if err != nil {
		return "", fmt.Errorf("read the client %q: %w", clientID, err)
	}
	secret := aws.ToString(out.UserPoolClient.ClientSecret)
	if secret == "" {
		return "", fmt.Errorf("the client %q has no secret", clientID)
	}
	return secret, nil
}
