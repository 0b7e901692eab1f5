use std::io::{Cursor, Write as _};

use aes::Aes256;
use aes::cipher::block_padding::NoPadding;
use aes::cipher::{
    Block, BlockCipherEncrypt as _, BlockModeEncrypt as _, KeyInit as _, KeyIvInit as _,
};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

use super::*;
use crate::extract::odf::extract;
use crate::kind::FileKind;

const SALT: &[u8] = b"0123456789abcdef";
const START: &[u8; 16] = b"fedcba9876543210";
const CONTENT: &str = "<office:document-content><office:body><office:text>\
    <text:p>Words behind a lock.</text:p></office:text></office:body></office:document-content>";

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn stored(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn manifest(path: &str, checksum: &str, described: &str) -> String {
    format!(
        "<manifest:manifest><manifest:file-entry manifest:full-path='{path}' manifest:size='9'>\
         <manifest:encryption-data {checksum}>{described}</manifest:encryption-data>\
         </manifest:file-entry></manifest:manifest>"
    )
}

fn checksum(name: &str, hash: Hash, packed: &[u8]) -> String {
    let value = STANDARD.encode(hash.of(&[&packed[..packed.len().min(CHECKED)]]));
    format!("manifest:checksum-type='{name}' manifest:checksum='{value}'")
}

fn algorithm(name: &str, start: &[u8]) -> String {
    format!(
        "<manifest:algorithm manifest:algorithm-name='{name}' manifest:initialisation-vector='{}'/>",
        STANDARD.encode(start)
    )
}

fn derivation(name: &str, more: &str) -> String {
    format!(
        "<manifest:key-derivation manifest:key-derivation-name='{name}' manifest:salt='{}' {more}/>",
        STANDARD.encode(SALT)
    )
}

/// As LibreOffice locked files from 2011 to 2023.
fn chained(password: &str) -> Vec<u8> {
    let packed = deflated(CONTENT.as_bytes());
    let mut key = [0; 32];
    let secret = Hash::Sha256.of(&[password.as_bytes()]);
    pbkdf2::pbkdf2_hmac::<Sha1>(&secret, SALT, 3, &mut key);
    let mut filled = packed.clone();
    let missing = 16 - filled.len() % 16;
    filled.extend(vec![7; missing - 1]);
    filled.push(u8::try_from(missing).unwrap());
    let cipher = cbc::Encryptor::<Aes256>::new_from_slices(&key, START).unwrap();
    let locked = cipher.encrypt_padded_vec::<NoPadding>(&filled);
    let described = [
        algorithm("http://www.w3.org/2001/04/xmlenc#aes256-cbc", START),
        "<manifest:start-key-generation manifest:start-key-generation-name='http://www.w3.org/2000/09/xmldsig#sha256'/>".to_owned(),
        derivation("PBKDF2", "manifest:key-size='32' manifest:iteration-count='3'"),
    ];
    let sum = checksum("urn:x:manifest:1.0#sha256-1k", Hash::Sha256, &packed);
    let manifest = manifest("content.xml", &sum, &described.concat());
    stored(&[
        ("content.xml", &locked),
        ("META-INF/manifest.xml", manifest.as_bytes()),
    ])
}

/// As OpenOffice.org locked them.
fn fed_back(password: &str) -> Vec<u8> {
    let packed = deflated(CONTENT.as_bytes());
    let mut key = [0; 16];
    let secret = Hash::Sha1.of(&[password.as_bytes()]);
    pbkdf2::pbkdf2_hmac::<Sha1>(&secret, SALT, 3, &mut key);
    let cipher = <blowfish::Blowfish>::new_from_slice(&key).unwrap();
    let mut fed = START[..8].to_vec();
    let mut locked = packed.clone();
    for chunk in locked.chunks_mut(8) {
        let mut block = Block::<blowfish::Blowfish>::try_from(fed.as_slice()).unwrap();
        cipher.encrypt_block(&mut block);
        chunk
            .iter_mut()
            .zip(&block)
            .for_each(|(byte, key)| *byte ^= key);
        fed = chunk.to_vec();
    }
    let described = [
        algorithm("Blowfish CFB", &START[..8]),
        derivation("PBKDF2", "manifest:iteration-count='3'"),
    ];
    let sum = checksum("SHA1/1K", Hash::Sha1, &packed);
    let manifest = manifest("content.xml", &sum, &described.concat());
    stored(&[
        ("content.xml", &locked),
        ("META-INF/manifest.xml", manifest.as_bytes()),
    ])
}

/// As LibreOffice locks them since 2024: the whole package.
fn whole(password: &str) -> Vec<u8> {
    let inner = stored(&[("content.xml", CONTENT.as_bytes())]);
    let secret = Hash::Sha256.of(&[password.as_bytes()]);
    let derived = Derivation::Argon2 {
        passes: 1,
        memory: 64,
        lanes: 2,
    };
    let key = derived.key(&secret, SALT, 32).unwrap();
    // Counting encrypts as it decrypts; the tag is at the end.
    let around = |data: &[u8]| [&START[..12], data, &[0; 16]].concat();
    let locked = cipher::decrypt_counted(&key, &around(&inner)).unwrap();
    let described = [
        algorithm("http://www.w3.org/2009/xmlenc11#aes256-gcm", &START[..12]),
        "<manifest:start-key-generation manifest:start-key-generation-name='http://www.w3.org/2001/04/xmlenc#sha256'/>".to_owned(),
        derivation(
            "urn:org:documentfoundation:names:experimental:office:manifest:argon2id",
            "manifest:key-size='32' loext:argon2-iterations='1' loext:argon2-memory='64' loext:argon2-lanes='2'",
        ),
    ];
    let manifest = manifest(WHOLE, "", &described.concat());
    stored(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        (WHOLE, &around(&locked)),
        ("META-INF/manifest.xml", manifest.as_bytes()),
    ])
}

#[test]
fn a_locked_document_is_read_with_its_password() {
    let given = |password| Given {
        password,
        ..Given::default()
    };
    for locked in [chained("öffnen"), fed_back("öffnen"), whole("öffnen")] {
        let detected = crate::kind::detect(&locked, "plan.odt").unwrap();
        assert_eq!((detected.kind, detected.note), (FileKind::Odt, None));
        let read = |password| extract(FileKind::Odt, &locked, &given(password));
        assert_eq!(
            read(Some("öffnen")).unwrap().blocks[0].text,
            "Words behind a lock."
        );
        assert_eq!(read(None).unwrap_err(), IngestError::Encrypted);
        assert_eq!(
            read(Some("offnen")).unwrap_err(),
            IngestError::WrongPassword
        );
    }
}

#[test]
fn keys_that_would_take_all_memory_are_not_made() {
    let greedy = Derivation::Argon2 {
        passes: 1,
        memory: 1 << 30,
        lanes: 1,
    };
    assert_eq!(greedy.key(b"secret", SALT, 32), None);
    let endless = Derivation::Pbkdf2 { rounds: u32::MAX };
    assert_eq!(endless.key(b"secret", SALT, 32), None);
}
