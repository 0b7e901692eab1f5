use std::io::{Cursor, Write as _};

use aes::Aes128;
use aes::cipher::block_padding::ZeroPadding;
use aes::cipher::{
    Block, BlockCipherEncrypt as _, BlockModeEncrypt as _, KeyInit as _, KeyIvInit as _,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::cipher::{BLOCK, Hash};
use super::*;

const SALT: [u8; 16] = *b"0123456789abcdef";
const KEY: [u8; 16] = *b"the package key!";
const ROUNDS: u32 = 10;

fn wide(password: &str) -> Vec<u8> {
    password.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn chained(key: &[u8], start: &[u8], data: &[u8]) -> Vec<u8> {
    let cipher = cbc::Encryptor::<Aes128>::new_from_slices(key, start).unwrap();
    cipher.encrypt_padded_vec::<ZeroPadding>(data)
}

fn container(info: &[u8], package: &[u8]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for (name, content) in [("/EncryptionInfo", info), ("/EncryptedPackage", package)] {
        let mut stream = file.create_stream(name).unwrap();
        stream.write_all(content).unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

fn sized(content: &[u8], encrypted: Vec<u8>) -> Vec<u8> {
    let mut package = (content.len() as u64).to_le_bytes().to_vec();
    package.extend(encrypted);
    package
}

/// A file as Office 2010 and later locks it: AES-128 and SHA-512.
pub(crate) fn agile(content: &[u8], password: &str) -> Vec<u8> {
    let hash = Hash::Sha512.of_password(&SALT, &wide(password), ROUNDS);
    let value = |purpose: [u8; 8], value: &[u8]| {
        let key = &Hash::Sha512.of(&[&hash, &purpose])[..16];
        STANDARD.encode(chained(key, &SALT, value))
    };
    let parameters = format!(
        r#"saltSize="16" blockSize="16" keyBits="128" hashSize="64" cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512" saltValue="{}""#,
        STANDARD.encode(SALT)
    );
    let info = format!(
        r#"<encryption><keyData {parameters}/><keyEncryptors><keyEncryptor><p:encryptedKey spinCount="{ROUNDS}" {parameters} encryptedVerifierHashInput="{}" encryptedVerifierHashValue="{}" encryptedKeyValue="{}"/></keyEncryptor></keyEncryptors></encryption>"#,
        value([0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79], &SALT),
        value(
            [0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e],
            &Hash::Sha512.of(&[&SALT])
        ),
        value([0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6], &KEY),
    );
    let segments = (0_u32..).zip(content.chunks(4096));
    let encrypted = segments.flat_map(|(number, segment)| {
        let start = Hash::Sha512.of(&[&SALT, &number.to_le_bytes()]);
        chained(&KEY, &start[..BLOCK], segment)
    });
    let package = sized(content, encrypted.collect());
    container(
        &[&[4, 0, 4, 0, 0x40, 0, 0, 0], info.as_bytes()].concat(),
        &package,
    )
}

/// A file as Office 2007 locks it.
fn standard(content: &[u8], password: &str) -> Vec<u8> {
    let hash = Hash::Sha1.of_password(&SALT, &wide(password), 50_000);
    let hash = Hash::Sha1.of(&[&hash, &[0; 4]]);
    let mut pad = [0x36; 64];
    pad.iter_mut()
        .zip(&hash)
        .for_each(|(pad, byte)| *pad ^= byte);
    let cipher = Aes128::new_from_slice(&Hash::Sha1.of(&[&pad])[..16]).unwrap();
    let blocks = |data: &[u8]| -> Vec<u8> {
        let mut data = data.to_vec();
        data.resize(data.len().next_multiple_of(BLOCK), 0);
        for chunk in data.chunks_exact_mut(BLOCK) {
            let mut block = Block::<Aes128>::try_from(&*chunk).unwrap();
            cipher.encrypt_block(&mut block);
            chunk.copy_from_slice(&block);
        }
        data
    };
    let mut info = vec![3, 0, 2, 0, 0x24, 0, 0, 0];
    let header = [0x24_u32, 0, 0x660e, 0x8004, 128, 0x18, 0, 0];
    info.extend(32_u32.to_le_bytes());
    info.extend(header.iter().flat_map(|number| number.to_le_bytes()));
    info.extend(16_u32.to_le_bytes());
    info.extend(SALT);
    info.extend(blocks(&SALT));
    info.extend(20_u32.to_le_bytes());
    info.extend(blocks(&Hash::Sha1.of(&[&SALT])));
    container(&info, &sized(content, blocks(content)))
}

fn given(password: &str) -> Given<'_> {
    Given {
        password: Some(password),
        ..Given::default()
    }
}

#[test]
fn the_right_password_opens_and_another_does_not() {
    let content: Vec<u8> = (0..10_000_u32).flat_map(u32::to_le_bytes).collect();
    for locked in [agile(&content, "öffnen"), standard(&content, "öffnen")] {
        assert_eq!(unlock(&locked, &given("öffnen")).unwrap(), content);
        let wrong = unlock(&locked, &given("offnen")).unwrap_err();
        assert_eq!(wrong, IngestError::WrongPassword);
        let none = unlock(&locked, &Given::default()).unwrap_err();
        assert_eq!(none, IngestError::Encrypted);
    }
}

#[test]
fn a_file_that_nobody_chose_a_password_for_opens_by_itself() {
    let locked = agile(b"words", "VelvetSweatshop");
    assert_eq!(&*unlock(&locked, &Given::default()).unwrap(), b"words");
    assert_eq!(&*unlock(&locked, &given("anything")).unwrap(), b"words");
}

#[test]
fn an_encryption_that_is_not_known_is_said() {
    let error = unlock(&container(&[4, 0, 3, 0, 0], b"12345678"), &Given::default()).unwrap_err();
    assert!(
        error.to_string().contains("encryption is not known"),
        "{error}"
    );
    for torn in [&[][..], &[4, 0], &[4, 0, 4, 0], &[3, 0, 2, 0, 1, 2, 3]] {
        assert!(unlock(&container(torn, b""), &given("x")).is_err());
    }
}

#[test]
fn other_files_are_left_as_they_are() {
    for bytes in [b"words".as_slice(), b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1torn"] {
        assert_eq!(&*unlock(bytes, &Given::default()).unwrap(), bytes);
    }
}
