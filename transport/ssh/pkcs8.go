package ssh

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
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

// The encrypted PKCS #8 form (RFC 5958, section 3, with PBES2 of RFC 8018) is
// what ssh-keygen -m PKCS8 writes; the standard library reads only the plain one.

type encryptedKeyInfo struct {
	Algorithm pkix.AlgorithmIdentifier
	Data      []byte
}

type pbes2Params struct {
	KeyDerivation, Encryption pkix.AlgorithmIdentifier
}

type pbkdf2Params struct {
	Salt       []byte
	Iterations int
	KeyLength  int                      `asn1:"optional"`
	PRF        pkix.AlgorithmIdentifier `asn1:"optional"`
}

// maxIterations bounds the work that a key file can ask for; ssh-keygen writes
// 2048, the cautious a million.
const maxIterations = 10_000_000

// blockCipher is a cipher in CBC mode.
type blockCipher struct {
	keySize int
	make    func(key []byte) (cipher.Block, error)
}

var (
	oidPBES2  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}

	pkcs8Hashes = map[string]func() hash.Hash{
		"":                    sha1.New, // the default of RFC 8018, appendix A.2
		"1.2.840.113549.2.7":  sha1.New,
		"1.2.840.113549.2.9":  sha256.New,
		"1.2.840.113549.2.10": sha512.New384,
		"1.2.840.113549.2.11": sha512.New,
	}

	pkcs8Ciphers = map[string]blockCipher{
		"2.16.840.1.101.3.4.1.2":  {16, aes.NewCipher},
		"2.16.840.1.101.3.4.1.22": {24, aes.NewCipher},
		"2.16.840.1.101.3.4.1.42": {32, aes.NewCipher},
		"1.2.840.113549.3.7":      {24, des.NewTripleDESCipher},
	}
)

var errPassphrase = errors.New("the passphrase is wrong")

// encryptedPKCS8 finds the form in a key file.
func encryptedPKCS8(text []byte) (der []byte, ok bool) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "ENCRYPTED PRIVATE KEY" {
		return nil, false
	}
	return block.Bytes, true
}

func decryptPKCS8(der, passphrase []byte) (any, error) {
	var info encryptedKeyInfo
	if err := unmarshalAll(der, &info); err != nil {
		return nil, err
	}
	if !info.Algorithm.Algorithm.Equal(oidPBES2) {
		return nil, fmt.Errorf("PKCS #8 encryption %v is not supported", info.Algorithm.Algorithm)
	}
	var scheme pbes2Params
	if err := unmarshalAll(info.Algorithm.Parameters.FullBytes, &scheme); err != nil {
		return nil, err
	}
	c, ok := pkcs8Ciphers[scheme.Encryption.Algorithm.String()]
	if !ok {
		return nil, fmt.Errorf("PKCS #8 cipher %v is not supported", scheme.Encryption.Algorithm)
	}
	key, err := deriveKey(scheme.KeyDerivation, passphrase, c.keySize)
	if err != nil {
		return nil, err
	}
	block, err := c.make(key)
	if err != nil {
		return nil, err
	}
	var iv []byte
	if err := unmarshalAll(scheme.Encryption.Parameters.FullBytes, &iv); err != nil {
		return nil, err
	}
	plain, err := decryptCBC(block, iv, info.Data)
	if err != nil {
		return nil, err
	}
	private, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return nil, errPassphrase // wrong padding is likely with a wrong key, but not certain
	}
	return private, nil
}

func deriveKey(scheme pkix.AlgorithmIdentifier, passphrase []byte, size int) ([]byte, error) {
	if !scheme.Algorithm.Equal(oidPBKDF2) {
		return nil, fmt.Errorf("PKCS #8 key derivation %v is not supported", scheme.Algorithm)
	}
	var p pbkdf2Params
	if err := unmarshalAll(scheme.Parameters.FullBytes, &p); err != nil {
		return nil, err
	}
	prf := ""
	if len(p.PRF.Algorithm) > 0 {
		prf = p.PRF.Algorithm.String()
	}
	h, ok := pkcs8Hashes[prf]
	if !ok {
		return nil, fmt.Errorf("PKCS #8 hash %s is not supported", prf)
	}
	if p.Iterations < 1 || p.Iterations > maxIterations {
		return nil, fmt.Errorf("PKCS #8 key derivation with %d iterations", p.Iterations)
	}
	return pbkdf2.Key(h, string(passphrase), p.Salt, p.Iterations, size)
}

func decryptCBC(block cipher.Block, iv, data []byte) ([]byte, error) {
	size := block.BlockSize()
	if len(iv) != size || len(data) == 0 || len(data)%size != 0 {
		return nil, errors.New("PKCS #8: the encrypted part has an odd length")
	}
	plain := make([]byte, len(data))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, data)
	padding := int(plain[len(plain)-1])
	if padding < 1 || padding > size {
		return nil, errPassphrase
	}
	for _, b := range plain[len(plain)-padding:] {
		if int(b) != padding {
			return nil, errPassphrase
		}
	}
	return plain[:len(plain)-padding], nil
}

func unmarshalAll(der []byte, into any) error {
	rest, err := asn1.Unmarshal(der, into)
	if err == nil && len(rest) > 0 {
		err = errors.New("bytes after the end")
	}
	if err != nil {
		return fmt.Errorf("PKCS #8: %w", err)
	}
	return nil
}
