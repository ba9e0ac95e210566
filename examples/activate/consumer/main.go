// Consumer is the Lambda behind the rule of template.yaml: it makes users Active.
package main

import (
	"context"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"invites/examples/activate"
)

func main() {
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	users := activate.Table{DynamoDB: dynamodb.NewFromConfig(cfg), Name: os.Getenv("USERS_TABLE")}
	lambda.Start(activate.Consumer{Users: users}.Handle)
}
