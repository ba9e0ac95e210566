package zone

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"io"
)

// perBlock trades the size of zones.bin for the work of finding a zone in it: blocks of
// 16 zones need 72 KB, and one block 51 KB, of which every first mail unpacks 207 KB.
const perBlock = 16

// Pack writes TZif files (RFC 9636) as zones.bin has them: in blocks of [perBlock], each
// with its compressed length in front, and in a block, by DEFLATE, each file with its
// length in front. Lengths are uvarints.
func Pack(files [][]byte) []byte {
	var packed []byte
	for len(files) > 0 {
		n := min(perBlock, len(files))
		var block bytes.Buffer
		w, _ := flate.NewWriter(&block, flate.BestCompression) // fails for a level that does not exist
		for _, file := range files[:n] {
			// A buffer takes everything.
			_, _ = w.Write(append(binary.AppendUvarint(nil, uint64(len(file))), file...))
		}
		_ = w.Close()
		packed = append(binary.AppendUvarint(packed, uint64(block.Len())), block.Bytes()...)
		files = files[n:]
	}
	return packed
}

// unpack returns the file of a number.
func unpack(packed string, number int) ([]byte, error) {
	var block []byte
	for range number/perBlock + 1 {
		size, n := binary.Uvarint([]byte(packed[:min(len(packed), binary.MaxVarintLen64)]))
		if n <= 0 || uint64(len(packed)-n) < size {
			return nil, fmt.Errorf("zones.bin ends before zone %d", number)
		}
		block, packed = []byte(packed[n:n+int(size)]), packed[n+int(size):]
	}
	block, err := io.ReadAll(flate.NewReader(bytes.NewReader(block)))
	if err != nil {
		return nil, err
	}
	var file []byte
	for range number%perBlock + 1 {
		size, n := binary.Uvarint(block)
		if n <= 0 || uint64(len(block)-n) < size {
			return nil, fmt.Errorf("zones.bin has no zone %d", number)
		}
		file, block = block[n:n+int(size)], block[n+int(size):]
	}
	return file, nil
}
