package transport

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"
)

// maxIterations bounds the work on a password. OpenSSL writes 2048, and 600,000 is what
// is advised of today; more than this is a file that was made to hang its reader.
const maxIterations = 10_000_000

// Identifiers of RFC 8018, appendices A.2, A.4 and B.
var (
	oidPBES2  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
)

// prf is a function of PBKDF2 by its name, without one HMAC with SHA-1; nil for others.
func prf(name string) func() hash.Hash {
	switch name {
	case "", "1.2.840.113549.2.7":
		return sha1.New
	case "1.2.840.113549.2.9":
		return sha256.New
	case "1.2.840.113549.2.10":
		return sha512.New384
	case "1.2.840.113549.2.11":
		return sha512.New
	}
	return nil
}

// keySize is that of AES in CBC mode by its name, 0 for other ciphers.
func keySize(name string) int {
	switch name {
	case "2.16.840.1.101.3.4.1.2":
		return 16
	case "2.16.840.1.101.3.4.1.22":
		return 24
	case "2.16.840.1.101.3.4.1.42":
		return 32
	}
	return 0
}

// An encryptedKey is a key in PKCS #8's encrypted form (RFC 5958, section 3).
type encryptedKey struct {
	Algorithm pkix.AlgorithmIdentifier
	Data      []byte
}

// pbes2 is how it is encrypted (RFC 8018, appendix A.4).
type pbes2 struct{ KDF, Cipher pkix.AlgorithmIdentifier }

// pbkdf2Params are how the key of the cipher comes of the password (appendix A.2).
type pbkdf2Params struct {
	Salt       []byte
	Iterations int
	KeyLength  int                      `asn1:"optional"`
	PRF        pkix.AlgorithmIdentifier `asn1:"optional"`
}

// decryptPKCS8 takes the encryption off: that of PBES2 with PBKDF2 and AES, which is what
// OpenSSL has written since its version 1.1.
func decryptPKCS8(block *pem.Block, password string) (*pem.Block, error) {
	if password == "" {
		return nil, errNoPassword
	}
	var k encryptedKey
	var scheme pbes2
	var params pbkdf2Params
	var iv []byte
	switch {
	case !decoded(block.Bytes, &k):
		return nil, errors.New("it is not PKCS #8")
	case !k.Algorithm.Algorithm.Equal(oidPBES2) || !decoded(k.Algorithm.Parameters.FullBytes, &scheme) ||
		!scheme.KDF.Algorithm.Equal(oidPBKDF2) || !decoded(scheme.KDF.Parameters.FullBytes, &params):
		return nil, errors.New("it is encrypted in a way that is not supported: openssl pkcs8 -topk8 -v2 aes256 makes one that is")
	case params.Iterations < 1 || params.Iterations > maxIterations:
		return nil, fmt.Errorf("its password would have to be hashed %d times", params.Iterations)
	}
	size, prf := keySize(scheme.Cipher.Algorithm.String()), prf(prfName(params))
	if size == 0 || prf == nil || !decoded(scheme.Cipher.Parameters.FullBytes, &iv) || len(iv) != aes.BlockSize {
		return nil, errors.New("its cipher is not supported: openssl pkcs8 -topk8 -v2 aes256 makes a key that is")
	}
	key, err := pbkdf2.Key(prf, password, params.Salt, params.Iterations, size)
	if err != nil {
		return nil, err
	}
	der, err := unpadded(key, iv, k.Data)
	if err != nil {
		return nil, err
	}
	if _, err := x509.ParsePKCS8PrivateKey(der); err != nil {
		return nil, errWrongPassword
	}
	return &pem.Block{Type: "PRIVATE KEY", Bytes: der}, nil
}

// decoded reads one value that is all of der.
func decoded(der []byte, into any) bool {
	rest, err := asn1.Unmarshal(der, into)
	return err == nil && len(rest) == 0
}

func prfName(p pbkdf2Params) string {
	if p.PRF.Algorithm == nil {
		return ""
	}
	return p.PRF.Algorithm.String()
}

// unpadded decrypts AES in CBC mode and takes the padding off (RFC 8018, section 6.1.1).
func unpadded(key, iv, data []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	if len(data) == 0 || len(data)%aes.BlockSize != 0 {
		return nil, errors.New("its data are cut short")
	}
	out := make([]byte, len(data))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(out, data)
	n := int(out[len(out)-1])
	if n == 0 || n > aes.BlockSize {
		return nil, errWrongPassword
	}
	return out[:len(out)-n], nil
}
