// SPDX-License-Identifier: Apache-2.0

package lint

// An awsService is what AWS documents of a service in its service
// authorization reference.
type awsService struct {
	prefix string
	// forms has the form of the ARNs of each type of resource: * is any run of
	// characters, and + one without slashes and colons.
	forms map[string]string
	// actions has names by the types that they apply to; "*" are actions
	// without one, "?" those whose types don't matter here.
	actions map[string]string
	// carried has, by condition key, the actions that carry it in every
	// request, and with a question mark those that do so in some.
	carried map[string]string
	// keys are the service's condition keys; those that end in a slash or a
	// colon are families. None means that they are not known.
	keys string
}

// awsServices are those whose data tenants share by name, and those that say
// who has which tag.
var awsServices = [...]awsService{
	{
		prefix: "dynamodb",
		forms: map[string]string{
			"table":        "arn:+:dynamodb:+:+:table/+",
			"index":        "arn:+:dynamodb:+:+:table/+/index/+",
			"stream":       "arn:+:dynamodb:+:+:table/+/stream/*",
			"backup":       "arn:+:dynamodb:+:+:table/+/backup/+",
			"export":       "arn:+:dynamodb:+:+:table/+/export/+",
			"import":       "arn:+:dynamodb:+:+:table/+/import/+",
			"global-table": "arn:+:dynamodb::+:global-table/+",
		},
		actions: map[string]string{
			"table": `BatchGetItem BatchWriteItem ConditionCheckItem CreateBackup CreateTable CreateTableReplica DeleteItem
				DeleteTable DeleteTableReplica DescribeContinuousBackups DescribeKinesisStreamingDestination DescribeTable
				DescribeTableReplicaAutoScaling DescribeTimeToLive DisableKinesisStreamingDestination
				EnableKinesisStreamingDestination ExportTableToPointInTime GetItem ImportTable PutItem
				RestoreTableFromAwsBackup RestoreTableToPointInTime StartAwsBackupJob UpdateContinuousBackups UpdateItem
				UpdateKinesisStreamingDestination UpdateTable UpdateTableReplicaAutoScaling UpdateTimeToLive
				ListTagsOfResource TagResource UntagResource`,
			"table index":  "Query Scan PartiQLSelect PartiQLInsert PartiQLUpdate PartiQLDelete DescribeContributorInsights UpdateContributorInsights",
			"table stream": "GetResourcePolicy PutResourcePolicy DeleteResourcePolicy",
			"stream":       "DescribeStream GetRecords GetShardIterator",
			"backup table": "DeleteBackup DescribeBackup RestoreTableFromBackup",
			"export":       "DescribeExport",
			"import":       "DescribeImport",
			"global-table": "CreateGlobalTable DescribeGlobalTable DescribeGlobalTableSettings UpdateGlobalTable UpdateGlobalTableSettings UpdateGlobalTableVersion",
			"*": `DescribeEndpoints DescribeLimits DescribeReservedCapacity DescribeReservedCapacityOfferings
				ListBackups ListContributorInsights ListExports ListGlobalTables ListImports ListStreams ListTables
				PurchaseReservedCapacityOfferings GetAbacStatus UpdateAbacStatus`,
			"?": "AssociateTableReplica InjectError ReadDataForReplication ReplicateSettings WriteDataForReplication",
		},
		carried: map[string]string{
			"dynamodb:LeadingKeys":             "BatchGetItem BatchWriteItem ConditionCheckItem DeleteItem GetItem PutItem Query UpdateItem PartiQLInsert PartiQLUpdate PartiQLDelete PartiQLSelect?",
			"dynamodb:FirstPartitionKeyValues": "BatchGetItem BatchWriteItem ConditionCheckItem DeleteItem GetItem PutItem Query UpdateItem PartiQLInsert PartiQLUpdate PartiQLDelete PartiQLSelect?",
		},
		keys: `dynamodb:Attributes dynamodb:EnclosingOperation dynamodb:FirstPartitionKeyValues dynamodb:FourthPartitionKeyValues
			dynamodb:FullTableScan dynamodb:LeadingKeys dynamodb:ReturnConsumedCapacity dynamodb:ReturnValues
			dynamodb:SecondPartitionKeyValues dynamodb:Select dynamodb:ThirdPartitionKeyValues`,
	},
	{
		prefix: "s3",
		forms: map[string]string{
			"bucket": "arn:+:s3:::+",
			"object": "arn:+:s3:::+/*",
		},
		actions: map[string]string{
			"object": `AbortMultipartUpload BypassGovernanceRetention DeleteObject DeleteObjectTagging DeleteObjectVersion
				DeleteObjectVersionTagging GetObject GetObjectAcl GetObjectAttributes GetObjectLegalHold GetObjectRetention
				GetObjectTagging GetObjectTorrent GetObjectVersion GetObjectVersionAcl GetObjectVersionAttributes
				GetObjectVersionForReplication GetObjectVersionTagging GetObjectVersionTorrent InitiateReplication
				ListMultipartUploadParts ObjectOwnerOverrideToBucketOwner PutObject PutObjectAcl PutObjectLegalHold
				PutObjectRetention PutObjectTagging PutObjectVersionAcl PutObjectVersionTagging ReplicateDelete ReplicateObject
				ReplicateTags RestoreObject UpdateObjectEncryption`,
			"bucket": `CreateBucket DeleteBucket DeleteBucketPolicy DeleteBucketWebsite GetBucketLocation GetBucketPolicy
				GetBucketTagging ListBucket ListBucketMultipartUploads ListBucketVersions PutBucketPolicy PutBucketTagging`,
			"*": "ListAllMyBuckets",
			"?": `AssociateAccessGrantsIdentityCenter CreateAccessGrant CreateAccessGrantsInstance CreateAccessGrantsLocation
				CreateAccessPoint CreateAccessPointForObjectLambda CreateBucketMetadataTableConfiguration CreateJob
				CreateMultiRegionAccessPoint CreateStorageLensGroup DeleteAccessGrant DeleteAccessGrantsInstance
				DeleteAccessGrantsInstanceResourcePolicy DeleteAccessGrantsLocation DeleteAccessPoint
				DeleteAccessPointForObjectLambda DeleteAccessPointPolicy DeleteAccessPointPolicyForObjectLambda
				DeleteBucketMetadataTableConfiguration DeleteJobTagging DeleteMultiRegionAccessPoint DeleteStorageLensConfiguration
				DeleteStorageLensConfigurationTagging DeleteStorageLensGroup DescribeJob DescribeMultiRegionAccessPointOperation
				DissociateAccessGrantsIdentityCenter GetAccelerateConfiguration GetAccessGrant GetAccessGrantsInstance
				GetAccessGrantsInstanceForPrefix GetAccessGrantsInstanceResourcePolicy GetAccessGrantsLocation GetAccessPoint
				GetAccessPointConfigurationForObjectLambda GetAccessPointForObjectLambda GetAccessPointPolicy
				GetAccessPointPolicyForObjectLambda GetAccessPointPolicyStatus GetAccessPointPolicyStatusForObjectLambda
				GetAccountPublicAccessBlock GetAnalyticsConfiguration GetBucketAbac GetBucketAcl GetBucketCORS GetBucketLogging
				GetBucketMetadataTableConfiguration GetBucketNotification GetBucketObjectLockConfiguration
				GetBucketOwnershipControls GetBucketPolicyStatus GetBucketPublicAccessBlock GetBucketRequestPayment
				GetBucketVersioning GetBucketWebsite GetDataAccess GetEncryptionConfiguration
				GetIntelligentTieringConfiguration GetInventoryConfiguration GetJobTagging GetLifecycleConfiguration
				GetMetricsConfiguration GetMultiRegionAccessPoint GetMultiRegionAccessPointPolicy
				GetMultiRegionAccessPointPolicyStatus GetMultiRegionAccessPointRoutes GetReplicationConfiguration
				GetStorageLensConfiguration GetStorageLensConfigurationTagging GetStorageLensDashboard GetStorageLensGroup
				ListAccessGrants ListAccessGrantsInstances ListAccessGrantsLocations ListAccessPoints
				ListAccessPointsForObjectLambda ListCallerAccessGrants ListJobs ListMultiRegionAccessPoints
				ListStorageLensConfigurations ListStorageLensGroups ListTagsForResource PauseReplication PutAccelerateConfiguration
				PutAccessGrantsInstanceResourcePolicy PutAccessPointConfigurationForObjectLambda PutAccessPointPolicy
				PutAccessPointPolicyForObjectLambda PutAccessPointPublicAccessBlock PutAccountPublicAccessBlock
				PutAnalyticsConfiguration PutBucketAbac PutBucketAcl PutBucketCORS PutBucketLogging PutBucketNotification
				PutBucketObjectLockConfiguration PutBucketOwnershipControls PutBucketPublicAccessBlock PutBucketRequestPayment
				PutBucketVersioning PutBucketWebsite PutEncryptionConfiguration PutIntelligentTieringConfiguration
				PutInventoryConfiguration PutJobTagging PutLifecycleConfiguration PutMetricsConfiguration
				PutMultiRegionAccessPointPolicy PutReplicationConfiguration PutStorageLensConfiguration
				PutStorageLensConfigurationTagging SubmitMultiRegionAccessPointRoutes TagResource UntagResource
				UpdateAccessGrantsLocation UpdateBucketMetadataInventoryTableConfiguration
				UpdateBucketMetadataJournalTableConfiguration UpdateJobPriority UpdateJobStatus UpdateStorageLensGroup`,
		},
		keys: `s3:AccessGrantsInstanceArn s3:AccessPointNetworkOrigin s3:AccessPointTag/ s3:BucketTag/ s3:DataAccessPointAccount
			s3:DataAccessPointArn s3:ExistingJobOperation s3:ExistingJobPriority s3:ExistingObjectTag/ s3:InventoryAccessibleOptionalFields
			s3:JobSuspendedCause s3:LocationConstraint s3:ObjectCreationOperation s3:RequestJobOperation s3:RequestJobPriority
			s3:RequestObjectTag/ s3:RequestObjectTagKeys s3:ResourceAccount s3:TlsVersion s3:VersionId s3:authType s3:delimiter
			s3:destinationRegion s3:if-match s3:if-none-match s3:isReplicationPauseRequest s3:locationconstraint s3:max-keys
			s3:object-lock-legal-hold s3:object-lock-mode s3:object-lock-remaining-retention-days s3:object-lock-retain-until-date
			s3:prefix s3:signatureAge s3:signatureversion s3:versionid s3:x-amz-acl s3:x-amz-content-sha256 s3:x-amz-copy-source
			s3:x-amz-grant-full-control s3:x-amz-grant-read s3:x-amz-grant-read-acp s3:x-amz-grant-write s3:x-amz-grant-write-acp
			s3:x-amz-metadata-directive s3:x-amz-object-ownership s3:x-amz-server-side-encryption
			s3:x-amz-server-side-encryption-aws-kms-key-id s3:x-amz-server-side-encryption-customer-algorithm
			s3:x-amz-storage-class s3:x-amz-website-redirect-location`,
	},
	{
		prefix: "sts",
		forms:  map[string]string{"role": "arn:+:iam::+:role/*", "user": "arn:+:iam::+:user/*"},
		actions: map[string]string{
			"role":      "AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity",
			"role user": "SetSourceIdentity TagSession",
			"*":         "DecodeAuthorizationMessage GetAccessKeyInfo GetCallerIdentity GetServiceBearerToken GetSessionToken GetWebIdentityToken TagGetWebIdentityToken",
			"?":         "AssumeRoot GetDelegatedAccessToken GetFederationToken SetContext",
		},
		keys: `sts:AWSServiceName sts:DurationSeconds sts:ExternalId sts:IdentityTokenAudience sts:RequestContext/
			sts:RequestContextProviders sts:RoleSessionName sts:SourceIdentity sts:TaskPolicyArn sts:TransitiveTagKeys`,
	},
	{
		prefix: "kms",
		forms:  map[string]string{"key": "arn:+:kms:+:+:key/+", "alias": "arn:+:kms:+:+:alias/*"},
		actions: map[string]string{
			"key": `CancelKeyDeletion CreateGrant Decrypt DeleteImportedKeyMaterial DeriveSharedSecret DescribeKey DisableKey
				DisableKeyRotation EnableKey EnableKeyRotation Encrypt GenerateDataKey GenerateDataKeyPair
				GenerateDataKeyPairWithoutPlaintext GenerateDataKeyWithoutPlaintext GenerateMac GetKeyPolicy GetKeyRotationStatus
				GetParametersForImport GetPublicKey ImportKeyMaterial ListGrants ListKeyPolicies ListKeyRotations ListResourceTags
				PutKeyPolicy ReEncryptFrom ReEncryptTo ReplicateKey RetireGrant RevokeGrant RotateKeyOnDemand ScheduleKeyDeletion
				Sign SynchronizeMultiRegionKey TagResource UntagResource UpdateKeyDescription UpdatePrimaryRegion Verify VerifyMac`,
			"key alias": "CreateAlias DeleteAlias UpdateAlias",
			"*":         "CreateKey GenerateRandom ListAliases ListKeys ListRetirableGrants",
			"?":         "ConnectCustomKeyStore CreateCustomKeyStore DeleteCustomKeyStore DescribeCustomKeyStores DisconnectCustomKeyStore UpdateCustomKeyStore",
		},
		keys: `kms:BypassPolicyLockoutSafetyCheck kms:CallerAccount kms:CustomerMasterKeySpec kms:CustomerMasterKeyUsage
			kms:DataKeyPairSpec kms:EncryptionAlgorithm kms:EncryptionContext: kms:EncryptionContextKeys kms:ExpirationModel
			kms:GrantConstraintType kms:GrantIsForAWSResource kms:GrantOperations kms:GranteePrincipal kms:KeyAgreementAlgorithm
			kms:KeyOrigin kms:KeySpec kms:KeyUsage kms:MacAlgorithm kms:MessageType kms:MultiRegion kms:MultiRegionKeyType
			kms:PrimaryRegion kms:ReEncryptOnSameKey kms:RecipientAttestation: kms:ReplicaRegion kms:RequestAlias
			kms:ResourceAliases kms:RetiringPrincipal kms:RotationPeriodInDays kms:ScheduleKeyDeletionPendingWindowInDays
			kms:SigningAlgorithm kms:TrailingDaysWithoutKeyUsage kms:ValidTo kms:ViaService kms:WrappingAlgorithm
			kms:WrappingKeySpec`,
	},
	{
		prefix: "secretsmanager",
		forms:  map[string]string{"secret": "arn:+:secretsmanager:+:+:secret:*"},
		actions: map[string]string{
			"secret": `CancelRotateSecret CreateSecret DeleteResourcePolicy DeleteSecret DescribeSecret GetResourcePolicy
				GetSecretValue ListSecretVersionIds PutResourcePolicy PutSecretValue RemoveRegionsFromReplication
				ReplicateSecretToRegions RestoreSecret RotateSecret StopReplicationToReplica TagResource UntagResource UpdateSecret
				UpdateSecretVersionStage ValidateResourcePolicy`,
			"*": "BatchGetSecretValue GetRandomPassword ListSecrets",
		},
		keys: `secretsmanager:AddReplicaRegions secretsmanager:BlockPublicPolicy secretsmanager:Description
			secretsmanager:ForceDeleteWithoutRecovery secretsmanager:ForceOverwriteReplicaSecret secretsmanager:KmsKeyArn
			secretsmanager:KmsKeyId secretsmanager:ModifyRotationRules secretsmanager:Name secretsmanager:RecoveryWindowInDays
			secretsmanager:ResourceTag/ secretsmanager:RotateImmediately secretsmanager:RotationLambdaARN
			secretsmanager:SecretId secretsmanager:SecretPrimaryRegion secretsmanager:Type secretsmanager:VersionId
			secretsmanager:VersionStage secretsmanager:resource/`,
	},
	{
		prefix:  "rds-db",
		forms:   map[string]string{"dbuser": "arn:+:rds-db:+:+:dbuser:+/+"},
		actions: map[string]string{"dbuser": "connect"},
	},
	{
		prefix:  "execute-api",
		forms:   map[string]string{"route": "arn:+:execute-api:+:+:*"},
		actions: map[string]string{"route": "Invoke InvalidateCache ManageConnections"},
		keys:    "execute-api:viaDomainArn",
	},
	{
		prefix: "verifiedpermissions",
		forms:  map[string]string{"policy-store": "arn:+:verifiedpermissions::+:policy-store/+"},
		actions: map[string]string{
			"policy-store": `BatchGetPolicy BatchIsAuthorized BatchIsAuthorizedWithToken CreateIdentitySource CreatePolicy
				CreatePolicyTemplate DeleteIdentitySource DeletePolicy DeletePolicyStore DeletePolicyTemplate GetIdentitySource
				GetPolicy GetPolicyStore GetPolicyTemplate GetSchema IsAuthorized IsAuthorizedWithToken ListIdentitySources
				ListPolicies ListPolicyTemplates PutSchema TagResource UntagResource ListTagsForResource UpdateIdentitySource
				UpdatePolicy UpdatePolicyStore UpdatePolicyTemplate`,
			"*": "CreatePolicyStore ListPolicyStores",
		},
	},
	{
		prefix: "es",
		forms:  map[string]string{"domain": "arn:+:es:+:+:domain/*"},
		actions: map[string]string{
			"domain": "ESHttpDelete ESHttpGet ESHttpHead ESHttpPatch ESHttpPost ESHttpPut ESCrossClusterGet",
		},
	},
	iamService,
}

// awsKeys are the global condition keys.
const awsKeys = `aws:AssumedRoot aws:CalledVia aws:CalledViaAWSMCP aws:CalledViaFirst aws:CalledViaLast aws:ChatbotSourceArn aws:CurrentTime
	aws:Ec2InstanceSourcePrivateIPv4 aws:Ec2InstanceSourceVpc aws:EpochTime aws:FederatedProvider aws:IsMcpServiceAction
	aws:MultiFactorAuthAge aws:MultiFactorAuthPresent aws:PrincipalAccount aws:PrincipalArn aws:PrincipalIsAWSService
	aws:PrincipalOrgID aws:PrincipalOrgPaths aws:PrincipalServiceName aws:PrincipalServiceNamesList aws:PrincipalTag/
	aws:PrincipalType aws:RequestTag/ aws:RequestedRegion aws:ResourceAccount aws:ResourceOrgID aws:ResourceOrgPaths
	aws:ResourceTag/ aws:SecureTransport aws:SourceAccount aws:SourceArn aws:SourceIdentity aws:SourceIp aws:SourceOrgID
	aws:SourceOrgPaths aws:SourceOwner aws:SourceVpc aws:SourceVpcArn aws:SourceVpce aws:TagKeys aws:TokenIssueTime
	aws:UserAgent aws:ViaAWSMCPService aws:ViaAWSService aws:VpcSourceIp aws:VpceAccount aws:VpceOrgID aws:VpceOrgPaths
	aws:referer aws:userid aws:username`
